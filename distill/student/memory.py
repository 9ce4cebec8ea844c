"""How much memory this process has held at most."""

import resource
import sys

__all__ = ["peak_mib"]

IS_MAC = sys.platform == "darwin"


def peak_mib(device: str = "cpu") -> float:
    """MiB since the process began: on the GPU, what tensors took there; else what was resident, libraries among it."""
    if device.startswith("cuda"):
        import torch  # heavy; whoever computes there has loaded it

        return float(torch.cuda.max_memory_allocated(device)) / 2**20
    # macOS counts bytes, all others KiB.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if IS_MAC else 2**10)
