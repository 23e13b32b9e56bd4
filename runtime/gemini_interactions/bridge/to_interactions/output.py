"""What the answer is to look like: modalities, formats, schemas, images."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from ..fields import Fields, text
from ..json_values import Json, is_object
from .forms import Forms, Product
from .schemas import json_schema

__all__ = ["OutputForms"]

JSON_TYPE = "application/json"


@frozen
class OutputForms:
    """The newer revisions have one format for each kind of output, the older ones a schema."""

    fields: Fields
    forms: Forms

    def put(self, request: Product, generation: Product) -> None:
        path = self.fields.path_of("response_modalities")
        request.put("response_modalities", self.fields.words("response_modalities"), path)
        schema_path, schema = self._schema()
        mime_path = self.fields.path_of("response_mime_type")
        mime_type = self.fields.take("response_mime_type", str)
        if schema is not None and mime_type is None:
            mime_type = JSON_TYPE
        images = self.fields.object("image_config")
        if not self.forms.has("format", "text"):
            request.put("response_format", schema, schema_path)
            request.put("response_mime_type", mime_type, mime_path)
            self._old_images(generation, images)
            return
        formats = [*self._text(mime_type, schema), *self._images(images)]
        if formats:
            value: Any = formats[0] if len(formats) == 1 else formats
            request.put("response_format", value, self.fields.path)

    def _schema(self) -> tuple[str, Any]:
        for name in ("response_json_schema", "response_schema"):
            if name not in self.fields:
                continue
            path, schema = self.fields.path_of(name), self.fields.any(name)
            own = getattr(schema, "model_json_schema", None)
            schema = own() if callable(own) else schema
            if is_object(schema):
                return path, json_schema(schema)
            self.fields.report.dropped(path, "expected a schema: give response_json_schema")
        return self.fields.path, None

    def _text(self, mime_type: str | None, schema: Json | None) -> list[Json]:
        if mime_type is None:
            return []
        made = self.forms.tagged("format", "text", self.fields.path, self.fields.report)
        assert made is not None
        made.put("mime_type", mime_type, self.fields.path)
        made.put("schema", schema, self.fields.path)
        return [made.json()]

    def _images(self, images: Fields | None) -> list[Json]:
        if images is None:
            return []
        made = self.forms.tagged("format", "image", images.path, images.report)
        assert made is not None
        made.copy(images, {"aspect_ratio": text, "image_size": text})
        made.put("mime_type", self._image_type(images), images.path)
        images.close()
        return [made.json()]

    def _image_type(self, images: Fields) -> str | None:
        """It is said in one of two places."""
        found = images.take("output_mime_type", str)
        options = images.object("image_output_options")
        if options is not None:
            found = options.take("mime_type", str) if found is None else found
            options.close()
        return found

    def _old_images(self, generation: Product, images: Fields | None) -> None:
        if images is None:
            return
        made = self.forms.named("ImageConfig", images.path, images.report)
        if made is None:
            return
        made.copy(images, {"aspect_ratio": text, "image_size": text})
        generation.put("image_config", made.json(), images.path)
        images.close()
