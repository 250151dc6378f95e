"""Faults of the connection: TLS versions and certificates."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
from functools import partial

import trustme

from tools.proof.stage.fault import Fault, certified

tls_floor = partial(Fault, "tls-floor")


def _versions(minimum: str, maximum: str) -> Callable[[trustme.CA], ssl.SSLContext]:
    """Offer other versions than AWS does."""

    def context(authority: trustme.CA) -> ssl.SSLContext:
        offered = certified(authority)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            offered.minimum_version = ssl.TLSVersion[minimum]
            offered.maximum_version = ssl.TLSVersion[maximum]
        if minimum in ("TLSv1", "TLSv1_1"):
            offered.set_ciphers("ALL:@SECLEVEL=0")
        return offered

    return context


FAULTS = (
    tls_floor("tls-1.0", "TLS 1.0 is accepted.", tls=_versions("TLSv1", "TLSv1_3")),
    tls_floor("tls-1.1", "TLS 1.1 is accepted.", tls=_versions("TLSv1_1", "TLSv1_3")),
    tls_floor("no-tls-1.3", "TLS 1.3 is not offered.", tls=_versions("TLSv1_2", "TLSv1_2")),
    tls_floor("only-tls-1.3", "TLS 1.2 is refused.", tls=_versions("TLSv1_3", "TLSv1_3")),
    tls_floor("plain-http", "Plain HTTP is answered.", plain_http=True),
    tls_floor(
        "certificate-of-unknown-authority",
        "The certificate was issued by an authority that no client trusts.",
        tls=lambda _: certified(trustme.CA()),
    ),
    tls_floor(
        "certificate-of-another-host",
        "The certificate names another host.",
        tls=lambda authority: certified(authority, "other.example"),
    ),
)
