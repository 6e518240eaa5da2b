"""What a page is held against in a real browser: that it fits, obeys its policy, can be read, reached and hit.

Scripts that run in the page and give what is wrong with it, empty where nothing is. Knows no page.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""

TOO_SMALL = """
() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((e) => e.checkVisibility() && !e.closest(".skip, svg"))  // a chart's figures are links in its table as well
  .filter((e) => !(e.tagName === "A" && getComputedStyle(e).display === "inline"))  // within a sentence: exempt
  .map((e) => [e, (e.closest("label") ?? (e.matches("[type=checkbox]") ? e.labels[0] ?? e : e)).getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${Math.round(box.width)}x${Math.round(box.height)}`)
"""

SPACED = """
() => { for (const e of document.querySelectorAll("body *")) { e.style.letterSpacing = "0.12em";
  e.style.wordSpacing = "0.16em"; e.style.lineHeight = "1.5"; } }
"""
"""The spacing that a reader may put on, WCAG 2.2 1.4.12."""

REACHABLE = """
() => {
const stops = (radio) => {
  const group = [...radio.form.elements].filter((e) => e.type === "radio" && e.name === radio.name);
  return radio === (group.find((e) => e.checked) ?? group[0]);
};
return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
  .filter((e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0)
  .filter((e) => e.type !== "radio" || stops(e))
  .map((e) => e.outerHTML);
}
"""

HERE = """
() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  return { html: e.outerHTML, body: e === document.body, ring: parseFloat(style.outlineWidth), style: style.outlineStyle,
           seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
}
"""

WIDER_BY = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
"""Pixels by which the page is wider than its window."""

_RUN = """
async (rules) => {
  const found = await axe.run(document, { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) });
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 90)} (${any[0]?.message ?? ""})`).join(" | ")}`);
}
"""


AXE = "/axe.js"
"""Where a page that is looked at finds axe-core: of its own origin, so that its policy lets it in and the browser keeps it."""


@cache
def axe_core() -> str:
    """The script itself."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def barriers(page: Page, *rules: str) -> list[Any]:
    """What axe-core finds serious or critical for people who can't see, hear or point; by these rules, or by all."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url=AXE)
    found: list[Any] = page.evaluate(_RUN, list(rules) or None)
    return found
