"""One browser for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .chromium import Browser, open_browser


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-images", action="store_true", help="rewrite docs/images as it looks now"
    )


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser
