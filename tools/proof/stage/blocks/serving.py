"""Other ways to serve a stage: TLS versions and certificates."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable

import trustme

from tools.proof.stage.fault import block

Context = Callable[[trustme.CA], ssl.SSLContext]
HOST = "127.0.0.1"


def certified(authority: trustme.CA, host: str = HOST) -> ssl.SSLContext:
    """Serve with a certificate of that name and, like AWS, with TLS 1.2 and 1.3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@block("tls")
def offers_tls(minimum: str, maximum: str) -> Context:
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


@block("tls")
def unknown_authority() -> Context:
    """Use a certificate of an authority that no client trusts."""
    return lambda _: certified(trustme.CA())


@block("tls")
def certificate_of(host: str) -> Context:
    """Use a certificate of another host."""
    return lambda authority: certified(authority, host)


@block("plain_http")
def plain_http() -> bool:
    """Use no TLS."""
    return True
