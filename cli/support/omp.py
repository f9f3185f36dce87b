"""How OpenMP threads wait for each other, settled before torch is imported."""

import os


def wait_without_spinning() -> None:
    """Let waiting threads sleep, unless the user's environment says otherwise.

    By default they spin, which on a processor that others use too holds up the very thread waited for:
    beside one busy process two cores trained 17 to 51 images/s spinning and 42 to 61 sleeping.
    Has effect only before the first import of torch.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
