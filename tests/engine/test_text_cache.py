"""The cache of texts on disk."""

import logging
import pickle
from pathlib import Path

import diskcache
import pytest

from vpd.engine.text_cache import TextCache


class Trap:
    """Unpickling it is a defect."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a pickle was read",)


def test_a_text_comes_back_in_another_process_of_the_cache(tmp_path: Path) -> None:
    with TextCache(tmp_path) as cache:
        cache.set("key", "täxt" * 20_000)
    with TextCache(tmp_path) as cache:
        assert cache.get("key") == "täxt" * 20_000
        assert cache.get("other") is None


def test_a_planted_pickle_is_never_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with diskcache.Cache(str(tmp_path)) as plain:
        plain.set("key", Trap())
        plain.set("large", [Trap()] * 40_000)
    with TextCache(tmp_path) as cache, caplog.at_level(logging.WARNING):
        assert cache.get("key") is None
        assert cache.get("large") is None
    assert "cannot be used" in caplog.text


def test_only_texts_are_taken(tmp_path: Path) -> None:
    with TextCache(tmp_path) as cache, pytest.raises(TypeError, match="must be a text"):
        cache.set("key", pickle.dumps(1))  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_made_costs_the_cache_not_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING), TextCache(tmp_path / "file" / "cache") as cache:
        cache.set("key", "text")
        assert cache.get("key") is None
    assert "going on without it" in caplog.text


def test_a_broken_database_costs_the_cache_not_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache.db").write_bytes(b"not a database" * 1000)
    with caplog.at_level(logging.WARNING), TextCache(tmp_path) as cache:
        cache.set("key", "text")
        assert cache.get("key") is None
    assert "going on without it" in caplog.text
