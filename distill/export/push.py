"""Push: an export's folder to a hub, as a data set, by the hub's own library."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vpd.distill.export.errors import PushError
from vpd.tools.errors import MissingExtra

__all__ = ["check_hub", "push"]


def check_hub(repo: str) -> None:
    """Raise `PushError` where the name is none or nobody is logged in: before hours of writing, not after. Asks no network."""
    try:
        from huggingface_hub import get_token  # heavy; for pushing alone
        from huggingface_hub.utils._validators import validate_repo_id
    except ImportError as error:
        raise MissingExtra("train", "huggingface_hub") from error
    with told(repo):
        validate_repo_id(repo)
    if get_token() is None:
        message = f"{repo} is not pushed: no token for the hub; log in with `hf auth login`, or set HF_TOKEN"
        raise PushError(message)


def push(folder: Path, repo: str, *, public: bool = False) -> str:
    """Upload a folder; the address of what was made. Private unless `public`, and as it was where it exists already.

    Raises `PushError` where the hub cannot be reached or refuses; the folder stays as it is.
    """
    check_hub(repo)
    from huggingface_hub import HfApi

    with told(repo):
        hub = HfApi()
        hub.create_repo(repo, repo_type="dataset", private=not public, exist_ok=True)
        done = hub.upload_folder(folder_path=folder, repo_id=repo, repo_type="dataset", commit_message="Add training data")
    return str(getattr(done, "repo_url", None) or f"datasets/{repo}")


@contextmanager
def told(repo: str) -> Iterator[None]:
    """Say in one line why a hub did not take something; no token is in it."""
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    try:
        yield
    except (HfHubHTTPError, HFValidationError, OfflineModeIsEnabled, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        why = re.sub(r"hf_\w+", "hf_…", next(iter(str(error).strip().splitlines()), type(error).__name__))
        message = f"{repo} is not pushed: {why}; what was written stays, push it later with --check --push {repo}"
        raise PushError(message) from error
