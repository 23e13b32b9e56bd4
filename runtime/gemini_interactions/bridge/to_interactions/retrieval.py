"""Tools that look into documents and foreign search services: one retrieval tool for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ..fields import Fields, Reader, integer, mapping, number, strings, text
from ..json_values import Json
from .forms import Forms, Product

__all__ = ["retrievers"]


def retrievers(name: str, tool: Fields, forms: Forms) -> Iterator[Json]:
    """The retrieval tools of a field of a tool."""
    options = tool.object(name)
    if options is None:
        return
    if not forms.has("tool", "retrieval") or not options.left:
        why = "it names no source" if forms.has("tool", "retrieval") else "there is no retrieval"
        options.report.dropped(options.path, why)
        return
    if name != "retrieval":
        yield from _retriever(options, forms, *_KINDS[name])
        return
    for inner_name in ("vertex_ai_search", "vertex_rag_store"):
        inner = options.object(inner_name)
        if inner is not None:
            yield from _retriever(inner, forms, *_KINDS[inner_name])
    options.close()


def _retriever(
    options: Fields, forms: Forms, kind: str, form: str, fill: Callable[[Product, Fields], None]
) -> Iterator[Json]:
    tool = forms.tagged("tool", "retrieval", options.path, options.report)
    config = None if tool is None else forms.named(form, options.path, options.report)
    if tool is None or config is None:
        return
    fill(config, options)
    options.close()
    tool.put("retrieval_types", [kind], options.path)
    tool.put(f"{kind}_config", config.json(), options.path)
    yield tool.json()


def _fill_vertex_search(config: Product, options: Fields) -> None:
    path = options.path_of("datastore")
    stores = [store for store in (options.take("datastore", str),) if store]
    for spec in options.objects("data_store_specs"):
        store = spec.take("data_store", str)
        stores += [store] if store else []
        spec.close()
    config.put("datastores", stores or None, path)
    config.copy(options, {"engine": text})


def _fill_rag_store(config: Product, options: Fields) -> None:
    path = options.path_of("rag_resources")
    corpora = [{"rag_corpus": name} for name in options.strings("rag_corpora") or []]
    resources = [
        _named(config, "RagResource", resource, _RESOURCE)
        for resource in options.objects("rag_resources")
    ]
    config.put("rag_resources", [*corpora, *resources] or None, path)
    retrieval = options.object("rag_retrieval_config")
    if retrieval is not None:
        config.put("rag_retrieval_config", _rag_retrieval(config, retrieval), retrieval.path)
    config.copy(options, {"similarity_top_k": integer, "vector_distance_threshold": number})


def _rag_retrieval(config: Product, options: Fields) -> Json:
    found: Json = {}
    for name, form, readers in (("filter", "Filter", _FILTER), ("hybrid_search", *_HYBRID)):
        inner = options.object(name)
        if inner is not None:
            found[name] = _named(config, form, inner, readers)
    ranking = options.object("ranking")
    if ranking is not None:
        service = ranking.object("rank_service")
        if service is not None:
            ranked = _named(config, "RankService", service, {"model_name": text})
            found["ranking"] = {"ranking_config": "rank_service", "rank_service": ranked}
        ranking.close()
    top_k = options.take("top_k", int)
    options.close()
    return found if top_k is None else {**found, "top_k": top_k}


def _named(config: Product, form: str, source: Fields, readers: dict[str, Reader]) -> Json:
    made = config.forms.named(form, source.path, source.report)
    assert made is not None  # whoever has a RAG store has what belongs to it
    made.copy(source, readers)
    source.close()
    return made.json()


def _fill_search_service(config: Product, options: Fields) -> None:
    # Senders owe a key to some of them: where there is none, the service has the last word.
    config.put("api_key", options.take("api_key", str) or "", options.path_of("api_key"))
    config.put("custom_config", mapping(options, "custom_configs"), options.path)


_RESOURCE: Final[dict[str, Reader]] = {"rag_corpus": text, "rag_file_ids": strings}
_FILTER: Final[dict[str, Reader]] = {
    "metadata_filter": text,
    "vector_distance_threshold": number,
    "vector_similarity_threshold": number,
}
_HYBRID: Final[tuple[str, dict[str, Reader]]] = ("HybridSearch", {"alpha": number})
_KINDS: Final = {
    "vertex_ai_search": ("vertex_ai_search", "VertexAISearchConfig", _fill_vertex_search),
    "vertex_rag_store": ("rag_store", "RagStoreConfig", _fill_rag_store),
    "exa_ai_search": ("exa_ai_search", "ExaAISearchConfig", _fill_search_service),
    "parallel_ai_search": ("parallel_ai_search", "ParallelAISearchConfig", _fill_search_service),
}
