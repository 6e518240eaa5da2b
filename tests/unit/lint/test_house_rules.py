"""Every rule of the house fires on what it forbids and leaves alone what it allows."""

import pytest

from tests.lint.house_rules import ROOT, RULES, Source, check, sources

FORBIDDEN = [
    ("transient message", "shared/a.py", "import aio_pika\naio_pika.Message(b'x')"),
    ("transient message", "shared/a.py", "from aio_pika import Message\nMessage(body=b'x', priority=1)"),
    ("process block", "shared/a.py", "async def f(m):\n    async with m.process(): pass"),
    ("process block", "services/x/a.py", "async def f(m):\n    async with m.process(requeue=True) as n: return n"),
    ("queue iterator", "shared/a.py", "import aio_pika\nasync def f(q):\n    async with q.iterator() as i: return i"),
    ("queue iterator", "shared/a.py", "import aio_pika\nasync def f(queue):\n    async for m in queue: return m"),
    ("naive clock", "services/x/a.py", "from datetime import datetime\ndatetime.now()"),
    ("naive clock", "services/x/a.py", "import datetime\ndatetime.datetime.now(tz=None)"),
    ("naive clock", "tests/a.py", "from datetime import datetime\ndatetime.utcnow()"),
    ("naive clock", "services/x/a.py", "from datetime import datetime\ndatetime.utcfromtimestamp(0)"),
    ("clock in the domain", "services/x/domain/a.py", "from datetime import datetime, UTC\ndatetime.now(UTC)"),
    ("clock in the domain", "services/x/domain/a.py", "import time\ntime.time()"),
    ("clock in the domain", "services/x/domain/a.py", "from datetime import date\ndate.today()"),
    ("print", "services/x/a.py", "print('x')"),
    ("swallowed exception", "services/x/a.py", "try:\n    f()\nexcept Exception:\n    pass"),
    ("swallowed exception", "services/x/a.py", "for x in y:\n    try:\n        f()\n    except:\n        continue"),
    ("swallowed exception", "tests/a.py", "try:\n    f()\nexcept (OSError, BaseException) as e:\n    'nothing'"),
    ("swallowed exception", "shared/a.py", "import contextlib\nwith contextlib.suppress(Exception):\n    f()"),
    ("guessed form", "services/x/a.py", "async def f(request):\n    return await request.form()"),
    ("guessed form", "shared/a.py", "async def f(self):\n    async with self.request.form(max_files=1) as g: return g"),
    ("fake in the product", "services/x/a.py", "from services.x.readers.fake_mailbox import FakeMailbox"),
    ("fake in the product", "services/x/a.py", "from services.x import fakes"),
    ("fake in the product", "shared/a.py", "import services.x.fakes"),
    ("long function", "services/x/a.py", "def f():\n" + "    x = 1\n" * 60),
    ("long function", "tests/a.py", "async def f():\n" + "    x = 1\n" * 60),
    ("long file", "services/x/a.py", "f()\n" * 451),
    ("unescaped output", "services/x/templates/a.html", "<p>{{ facts|safe }}</p>"),
    ("unescaped output", "services/x/templates/a.html", "<p>{{ facts | safe }}</p>"),
    ("unescaped output", "services/x/templates/a.html", "{% autoescape false %}{{ facts }}{% endautoescape %}"),
]

ALLOWED = [
    ("shared/a.py", "import aio_pika\naio_pika.Message(b'x', delivery_mode=aio_pika.DeliveryMode.PERSISTENT)"),
    ("shared/a.py", "from email.message import Message\nMessage()"),
    ("tests/a.py", "import aio_pika\naio_pika.Message(b'x')"),
    ("services/x/a.py", "async def f(scan):\n    return await scan.process()"),
    ("services/x/a.py", "async def f(queue):\n    async for m in queue: return m"),
    ("services/x/a.py", "from datetime import datetime, UTC\ndatetime.now(UTC)\ndatetime.now(tz=UTC)"),
    ("services/x/domain/a.py", "def f(now, clock):\n    return now + clock.period"),
    ("services/cli.py", "print('x')"),
    ("services/notify/providers/printed.py", "print('x')"),
    ("services/x/a.py", "try:\n    f()\nexcept OSError:\n    pass"),
    ("services/x/a.py", "try:\n    f()\nexcept Exception:\n    log.exception('x')\n    raise"),
    ("shared/a.py", "import contextlib\nwith contextlib.suppress(OSError):\n    f()"),
    ("services/x/a.py", "async def f(request):\n    return await read_form(request)"),
    ("services/x/a.py", "def f():\n" + "    x = 1\n" * 59),
    ("services/x/store/migrations/versions/0001.py", "def upgrade():\n" + "    x = 1\n" * 90),
    ("services/x/a.py", "f()\n" * 450),
    ("services/x/a.py", "TABLE = (\n" + "    1,\n" * 1000 + ")\n"),
    ("tests/a.py", "f()\n" * 1000),
    ("tests/a.py", "from services.x.fakes import FakeProvider"),
    ("services/x/templates/a.html", "<p>{{ facts }}</p> it is safe"),
]


@pytest.mark.parametrize(("rule", "path", "text"), FORBIDDEN)
def test_a_rule_fires_on_what_it_forbids(rule: str, path: str, text: str):
    """The forbidden sample breaks the rule it was written for, and no other."""
    found = check(Source(path, text))
    assert found
    assert all(f": {rule}: " in complaint for complaint in found)


@pytest.mark.parametrize(("path", "text"), ALLOWED)
def test_what_is_allowed_passes(path: str, text: str):
    """The allowed sample, close to a forbidden one, breaks no rule at all."""
    assert check(Source(path, text)) == []


def test_every_rule_has_a_sample_that_it_fires_on():
    """A rule that was never seen to fire may not be able to."""
    assert {rule for rule, _, _ in FORBIDDEN} == {rule.name for rule in RULES}


def test_a_finding_says_where_and_what_to_do_instead():
    """Whoever broke a rule is led to the line and to the way out."""
    assert check(Source("services/x/a.py", "\nprint('x')")) == ["services/x/a.py:2: print: print (log it, with fields)"]


def test_the_files_looked_at_are_the_house():
    """Python of the product and of the tests is looked at; what is generated is not."""
    paths = {source.path for source in sources(ROOT)}
    assert {"services/__init__.py", "tests/lint/house_rules.py"} <= paths
    assert not any(path.startswith("shared/contracts/generated/") for path in paths)
