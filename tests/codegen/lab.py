"""Small specs made in tests, and what the generator makes of them."""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from interactions_codegen.output import generate, write
from interactions_codegen.promise.snapshots import renewed

Json = dict[str, Any]

LABEL = "2026-01-02"
MODULE = "v2026_01_02"
REPOSITORY = Path(__file__).parents[2]
SPEC = REPOSITORY / "spec"
FIXTURE = Path(__file__).parent / "fixture"
BINDINGS = REPOSITORY / "generated" / "gemini_interactions_types"
REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")

STRING: Json = {"type": "string"}
ROUTES: Json = {
    "backends": {"gemini": {"hosts": {"*": "api.example.com"}, "api_version": "v1"}},
    "operations": {
        "calls.delete": {"method": "DELETE", "paths": {"vertex": "/x"}, "vertex_default": "vertex"}
    },
}


def reference(name: str, family: str = "") -> Json:
    return {"$ref": f"{family}.json#/$defs/{name}" if family else f"#/$defs/{name}"}


def obj(properties: Mapping[str, Any], *required: str, **more: Any) -> Json:
    """The schema of an object."""
    schema = {"description": "An object.", "type": "object", "properties": dict(properties)}
    return {**schema, **({"required": list(required)} if required else {}), **more}


def member(tag: str, properties: Mapping[str, Any] | None = None, *required: str) -> Json:
    """The schema of a union's member."""
    return obj({"type": {"const": tag}, **(properties or {})}, "type", *required)


def union(members: Mapping[str, str], tag: str = "type") -> Json:
    """The schema of a union with a tag: its members' names by their tags."""
    return {
        "description": "A union.",
        "oneOf": [reference(name) for name in dict.fromkeys(members.values())],
        "discriminator": {
            "propertyName": tag,
            "mapping": {value: f"#/$defs/{name}" for value, name in members.items()},
        },
    }


def enum(*values: str) -> Json:
    return {"description": "An enum.", "type": "string", "enum": list(values)}


def choice(*arms: Json, **more: Any) -> Json:
    return {"description": "A choice.", "anyOf": list(arms), **more}


def array(items: Json) -> Json:
    return {"type": "array", "items": items}


def deviation(treatment: Json, name: str = "some-deviation", summary: str = "It deviates.") -> Json:
    return {"id": name, "summary": summary, "evidence": "recorded", "treatment": treatment}


def spec_of(
    families: Mapping[str, Mapping[str, Any]],
    *,
    routes: Json | None = None,
    deviations: Iterable[Json] = (),
    **revision: Any,
) -> Json:
    """The documents of one revision by file name; `families` are definitions by family."""
    documents: Json = {
        f"{name}.json": {"description": f"The {name} family.", "$defs": dict(definitions)}
        for name, definitions in families.items()
    }
    documents["revision.json"] = {
        "label": LABEL,
        "header": LABEL,
        "families": list(families),
        **revision,
    }
    documents["routes.json"] = ROUTES if routes is None else routes
    documents["deviations.json"] = {"deviations": list(deviations)}
    return json.loads(json.dumps(documents))  # type: ignore[no-any-return]  # shares nothing


def mini() -> Json:
    """The documents of a small revision with a bit of everything; tests bend it."""
    return spec_of(
        {
            "part": {
                "Part": union({"text": "TextPart", "blob": "BlobPart"}),
                "TextPart": member("text", {"text": STRING}, "text"),
                "BlobPart": member("blob", {"data": STRING}),
            },
            "call": {
                "Color": enum("red", "green"),
                "Note": obj({"text": STRING, "next": reference("Note")}),
                "Input": choice(STRING, array(reference("Part", "part"))),
                "Call": obj(
                    {
                        "id": {"type": "string", "readOnly": True},
                        "input": reference("Input"),
                        "parts": array(reference("Part", "part")),
                        "color": reference("Color"),
                        "note": reference("Note"),
                        "labels": {"type": "object", "additionalProperties": STRING},
                        "either": {"anyOf": [STRING, reference("Note")]},
                    },
                    "input",
                ),
            },
        },
        routes={
            "backends": ROUTES["backends"],
            "operations": {
                "calls.create": {
                    "method": "POST",
                    "paths": {
                        "gemini": "/{api_version}/calls",
                        "vertex": "/{api_version}/projects/{project}/calls",
                    },
                    "vertex_default": "vertex",
                    "query": [{"name": "alt", "type": "string"}],
                    "body": "call.json#/$defs/Call",
                    "response": "call.json#/$defs/Call",
                }
            },
        },
        deviations=[deviation({"kind": "may-omit", "fields": {"TextPart": ["text"]}})],
    )


def put(documents: Json, file: str, pointer: str, value: Any) -> None:
    """Set what stands at a JSON pointer; `...` removes it."""
    *way, last = [p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")[1:]] or [""]
    if not pointer:
        documents[file] = value
        return
    here = documents[file]
    for part in way:
        here = here[int(part)] if isinstance(here, list) else here[part]
    if isinstance(here, list):
        here[int(last) : int(last) + 1] = [] if value is ... else [value]
    elif value is ...:
        del here[last]
    else:
        here[last] = value


def write_spec(documents: Json, folder: Path) -> Path:
    """A spec folder of one revision; `bytes` are written as they are."""
    revision = folder / LABEL
    revision.mkdir(parents=True)
    for name, document in documents.items():
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        (revision / name).write_bytes(data)
    return folder


def rewrite_spec(documents: Json, folder: Path) -> None:
    """Other documents for the revision of a spec folder."""
    shutil.rmtree(folder / LABEL)
    write_spec(documents, folder)


def put_in_place(spec: Path, folder: Path) -> None:
    """Generate, with the snapshots of the public names."""
    files = generate(spec)
    write(files, folder)
    for path, text in renewed(spec, files).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def bindings_of(documents: Json, folder: Path, package: str) -> ModuleType:
    """Generate into a package of a unique name and import its one revision."""
    write(generate(write_spec(documents, folder / "spec")), folder / package)
    spec = importlib.util.spec_from_file_location(package, folder / package / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[package] = module
    spec.loader.exec_module(module)
    return importlib.import_module(f"{package}.{MODULE}")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and what it holds."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def unformatted(folder: Path) -> str:
    """What the formatter would change below a folder."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "format", "--check", "--diff", "--no-cache", "--quiet"),
            *("--config", str(REPOSITORY / "pyproject.toml"), str(folder)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr
