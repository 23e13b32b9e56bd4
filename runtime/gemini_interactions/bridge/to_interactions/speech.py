"""How an answer is spoken, and how speech is written down."""

from __future__ import annotations

from typing import Any

from ..fields import Fields, strings, text
from ..json_values import Json
from .forms import Product

__all__ = ["put_speech", "put_transcription"]


def put_speech(generation: Product, config: Fields) -> None:
    """One voice for each speaker. A text alone is the name of a voice."""
    path = config.path_of("speech_config")
    given: Any = config.any("speech_config")
    if given is None:
        return
    if isinstance(given, str):
        generation.put("speech_config", [_voice(generation, path, voice=given)], path)
        return
    speech = Fields(given, path, config.report)
    language = speech.take("language_code", str)
    several = speech.object("multi_speaker_voice_config")
    found: list[Json] = []
    if several is not None:
        for speaker in several.objects("speaker_voice_configs"):
            name, voice = speaker.take("speaker", str), _voice_name(speaker)
            speaker.close()
            found.append(
                _voice(generation, speaker.path, voice=voice, speaker=name, language=language)
            )
        several.close()
    voice = _voice_name(speech)
    if voice is not None or (language is not None and not found):
        found.append(_voice(generation, path, voice=voice, language=language))
    speech.close()
    generation.put("speech_config", found or None, path)


def _voice(generation: Product, path: str, **said: str | None) -> Json:
    made = generation.forms.named("SpeechConfig", path, generation.report)
    assert made is not None  # every revision has it
    for name, value in said.items():
        made.put(name, value, path)
    return made.json()


def _voice_name(holder: Fields) -> str | None:
    voice = holder.object("voice_config")
    if voice is None:
        return None
    prebuilt = voice.object("prebuilt_voice_config")
    name = None
    if prebuilt is not None:
        name = prebuilt.take("voice_name", str)
        prebuilt.close()
    if name is None:
        name = voice.take("voice", str)
    voice.close()
    return name


def put_transcription(generation: Product, config: Fields) -> None:
    given = config.object("audio_transcription_config")
    if given is None:
        return
    made = generation.forms.named("TranscriptionConfig", given.path, given.report)
    if made is None:
        return
    same = ("language_codes", "custom_vocabulary", "adaptation_phrases")
    made.copy(given, dict.fromkeys(same, strings))
    hints = given.object("language_hints")
    if hints is not None:
        path = hints.path_of("language_codes")
        made.put("language_hints", hints.strings("language_codes"), path)
        hints.close()
    _put_mode(made, given)
    given.close()
    generation.put("transcription_config", made.json(), given.path)


def _put_mode(made: Product, given: Fields) -> None:
    path, mode = given.path_of("mode"), given.word("mode")
    if "source_text" not in given or mode not in (None, "smart"):
        made.put("mode", mode, path)
        return
    smart = made.forms.tagged("transcription mode", "smart", given.path, given.report)
    if smart is not None:
        smart.copy(given, {"source_text": text})
        made.put("mode", smart.json(), path)
