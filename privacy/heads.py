"""Signed ends of the audit log, kept outside the database: what a thief of the database cannot take back (security goal M4).

A head says "at this time the log of this organisation had so many entries, and this was the digest of the last one". It is
signed with Ed25519, with a key that comes from the master key: so whoever keeps the heads, an auditor or another host,
checks them with the public key alone, and can make none. With an HMAC that person would need the master key.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from datetime import UTC
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils import timezone

from helplines.tenancy import inside
from privacy import audit, keys
from privacy.models import AuditHead

logger = logging.getLogger(__name__)
PURPOSE, FORM = "audit-heads", "toeverlaat-audit-head-1"


class Head(NamedTuple):
    """One signed end; `key` is the public key and `signature` what it made, both hexadecimal."""

    organisation: int
    number: int
    digest: str
    at: str
    key: str
    signature: str

    @property
    def said(self) -> bytes:
        return f"{FORM}:{self.organisation}:{self.number}:{self.digest}:{self.at}".encode()

    def is_signed_by(self, known: Iterable[str]) -> bool:
        """Whether one of these public keys signed it."""
        if self.key not in known:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key)).verify(bytes.fromhex(self.signature), self.said)
        except (InvalidSignature, ValueError):
            return False
        return True


def signer(master: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.derived(master, PURPOSE))


def public(signing: Ed25519PrivateKey) -> str:
    return signing.public_key().public_bytes_raw().hex()


def own_keys() -> list[str]:
    """The public keys that belong to our master keys, newest first."""
    return [public(signer(master)) for master in keys.master_keys().keys.values()]


def head_of(organisation: int) -> Head | None:
    """The end of an organisation's log now, signed; None before its first entry.

    An end that somebody else wrote in the database is not signed: raises ValueError.
    """
    with inside(organisation):
        row = AuditHead.objects.filter(organisation=organisation).first()
    if row is None:
        return None
    if not audit.seal_is_right(row):
        raise ValueError("The end of this log is not sealed by us.")
    known = keys.master_keys()
    signing = signer(known.keys[known.newest])
    at = timezone.now().astimezone(UTC).isoformat(timespec="seconds")
    head = Head(organisation, row.number, row.digest, at, public(signing), "")
    return head._replace(signature=signing.sign(head.said).hex())


def written(head: Head) -> str:
    return json.dumps(head._asdict(), separators=(",", ":"))


def read(path: Path) -> Iterator[Head | None]:
    """The heads of a file, or of all files of a folder, oldest first; None for a line that is none."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    for file in files:
        for line in file.read_text().splitlines():
            try:
                yield Head(**json.loads(line))
            except (TypeError, ValueError):
                yield None


def file_of(folder: Path, organisation: int) -> Path:
    """Named by a number: the folder may lie on the host of somebody else."""
    return folder / f"organisation-{organisation}.jsonl"


def keep(folder: Path, organisation: int) -> bool:
    """Add the end of this log to its file when it grew since; gives whether it did. Raises ValueError, OSError."""
    head, path = head_of(organisation), file_of(folder, organisation)
    known = [one for one in read(path) if one is not None] if path.exists() else []
    if head is None or (known and head.number <= known[-1].number):
        return False
    with path.open("a") as file:
        file.write(written(head) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True
