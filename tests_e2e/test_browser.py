"""CORS as a real browser enforces it: a page in headless Chromium asks for the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests_e2e import checks, selection
from tests_e2e.client import Client
from tests_e2e.target import Target
from tests_e2e.users import Users

pytestmark = [pytest.mark.xdist_group("browser and bursts"), pytest.mark.proof("last")]

# Containers lack the privileges that the sandbox needs, and often shared memory; the rest keeps
# Chromium off the network.
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The page is not served from this machine, as Chromium sees it; a local stage is.
    "--disable-features=LocalNetworkAccessChecks",
]
FOREIGN = "https://other.example"
FETCH = """async ([url, headers, mode]) => {
    try {
        const answer = await fetch(url, {headers, mode, cache: "no-store"});
        return {
            type: answer.type,
            status: answer.status,
            headers: Object.fromEntries(answer.headers),
            body: await answer.text(),
        };
    } catch (error) {
        return {error: String(error)};
    }
}"""


@dataclass(frozen=True)
class Surfer:
    """A browser that opens an empty page at any origin."""

    context: BrowserContext
    api: Client
    opened: dict[str, Page] = field(default_factory=dict)

    def fetch(
        self, origin: str, path: str, headers: dict[str, str] | None = None, mode: str = "cors"
    ) -> dict[str, Any]:
        """Fetch a path by the script of a page at `origin`: what it sees, or its error."""
        stage = self.api.target
        signed = (
            self.api.signer.headers("GET", stage.host_header, f"{stage.base_path}{path}")
            if self.api.signer
            else {}
        )
        seen: dict[str, Any] = self._page(origin).evaluate(
            FETCH, [f"{stage.url}{path}", {**signed, **(headers or {})}, mode]
        )
        return seen

    def _page(self, origin: str) -> Page:
        if origin not in self.opened:
            self.opened[origin] = page = self.context.new_page()
            page.route(f"{origin}/", lambda route: route.fulfill(body="", content_type="text/html"))
            page.goto(f"{origin}/")
            # While a route is set, Playwright answers preflights by itself.
            page.unroute_all()
        return self.opened[origin]


@pytest.fixture(scope="module")
def browser(api: Client, stage: Target) -> Iterator[Surfer]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=selection.chromium(), args=FLAGS)
        with closing(chromium):
            # Certificates are the subject of test_tls; the system does not know a CA bundle's.
            context = chromium.new_context(ignore_https_errors=stage.ca_bundle is not None)
            yield Surfer(context, api)


@pytest.mark.promise("cors-allowed-origin")
def test_page_of_allowed_origin_reads_record(
    browser: Surfer, users: Users, stage: Target, route: str
) -> None:
    user = users.put()
    for origin in stage.expected.origins:
        seen = browser.fetch(origin, route.format(user.id))
        assert seen.get("status") == 200, seen
        checks.equal(json.loads(seen["body"])["data"], user.record())
        assert seen["headers"].keys() >= {"etag", "x-request-id", "content-type"}


@pytest.mark.promise("cors-allowed-origin", "not-modified-304")
def test_page_of_allowed_origin_sends_condition(
    browser: Surfer, users: Users, stage: Target
) -> None:
    """If-None-Match is not a safelisted header: the browser sends a preflight first."""
    path = f"/user/{users.put().id}"
    origin = stage.expected.origins[0]
    tag = browser.fetch(origin, path)["headers"]["etag"]
    seen = browser.fetch(origin, path, {"if-none-match": tag})
    assert (seen.get("status"), seen.get("body")) == (304, ""), seen
    assert seen["headers"]["etag"] == tag


@pytest.mark.promise("cors-allowed-origin", "gateway-errors-in-contract")
@pytest.mark.parametrize(
    ("path", "code"),
    [("/user/nobody-has-this-id", "USER_NOT_FOUND"), ("/user", "INVALID_REQUEST")],
)
def test_page_of_allowed_origin_reads_errors(
    browser: Surfer, stage: Target, path: str, code: str
) -> None:
    seen = browser.fetch(stage.expected.origins[0], path)
    assert code in seen.get("body", ""), seen
    assert "x-request-id" in seen["headers"]


@pytest.mark.promise("cors-foreign-origin")
def test_page_of_foreign_origin_reads_nothing(browser: Surfer, users: Users) -> None:
    """The stage can be reached from there, but the browser shows no answer to the page."""
    user = users.put().id
    opaque = browser.fetch(FOREIGN, f"/user/{user}", mode="no-cors")
    assert (opaque.get("type"), opaque.get("body")) == ("opaque", ""), opaque
    for path in (f"/user/{user}", f"/user?userId={user}", "/user/nobody-has-this-id", "/user"):
        for headers in ({}, {"if-none-match": "*"}):
            assert browser.fetch(FOREIGN, path, headers).keys() == {"error"}
