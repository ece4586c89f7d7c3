"""`retention alerts`: sends the alerts of the last build, each at most once per channel.

An alert is written to the log before it is sent. It is taken out again only when it certainly did not arrive.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment
from rich.console import Console

from dbt_retention.commands.alerts.channels import NotSentError, PerhapsSentError, check, mail, post
from dbt_retention.commands.alerts.found import WORDS, Alert, alerts_to_send, note_as_not_sent, note_as_sent
from dbt_retention.commands.printed_json import print_json
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target

CHANNELS = ("webhook", "slack", "email")
LISTED_CUSTOMERS = 20  # of a message to people; a webhook receives all


def alerts(
    target: Target,
    channels: Sequence[str],
    *,
    send: bool,
    console: Console,
    template: Path | None = None,
    as_json: bool = False,
) -> None:
    """Print what would be sent over each channel, or send it.

    channels: some of CHANNELS. send: False = print only. template: a Jinja file for the text of Slack and
    e-mail; None = the package's. as_json: print one list of channels with the counts of alerts. Raises
    RetentionError where a channel is not configured, the template is wrong, or a message could not be sent.
    """
    if not channels:
        raise RetentionError(
            f"no channel is given; expected one or more of {', '.join(f'--{name}' for name in CHANNELS)}. "
            "Run: retention alerts --slack"
        )
    if send:
        for channel in channels:
            check(channel)
    done: list[dict[str, Any]] = []
    problems: list[str] = []
    for channel in channels:
        found = alerts_to_send(target, channel)
        message = _message(channel, found, template=template) if found else ""
        problem = None
        if send and found:
            found, problem = _send(target, channel, found, template=template)
        done.append({"channel": channel, "alerts": len(found), "sent": send and problem is None})
        if problem:
            problems.append(problem)
        elif not as_json:
            _print(channel, found, message, send=send, console=console)
    if as_json:
        print_json(done, console=console)
    if problems:
        raise RetentionError("; ".join(problems))


def _send(
    target: Target, channel: str, found: Sequence[Alert], *, template: Path | None
) -> tuple[list[Alert], str | None]:
    """The alerts that were sent, and what went wrong."""
    mine = note_as_sent(target, channel, found)
    if not mine:  # another process has sent them since
        return [], None
    try:
        _SENDERS[channel](_message(channel, mine, template=template))
    except NotSentError as error:
        note_as_not_sent(target, channel, mine)
        return mine, f"{error}. The next run sends the {len(mine):,} alerts again"
    except PerhapsSentError as error:
        return mine, f"{error}. The {len(mine):,} alerts may have arrived, and are not sent again"
    return mine, None


def _post_text(text: str) -> None:
    post("slack", {"text": text})


def _post_alerts(body: str) -> None:
    post("webhook", json.loads(body))


def _mail_text(text: str) -> None:
    subject, _, rest = text.partition("\n")
    mail(subject, rest.strip() + "\n")


_SENDERS: dict[str, Callable[[str], None]] = {
    "webhook": _post_alerts,
    "slack": _post_text,
    "email": _mail_text,
}


def _message(channel: str, found: Sequence[Alert], *, template: Path | None) -> str:
    """The text to send: JSON for a webhook, else the rendered template."""
    if channel == "webhook":
        rows = [{**asdict(alert), "as_of_date": str(alert.as_of_date)} for alert in found]
        return json.dumps({"as_of_date": str(found[0].as_of_date), "alerts": rows}, ensure_ascii=False)
    source = template or files(__package__) / "templates" / f"{channel}.txt"
    # The sandbox keeps a template away from Python's internals.
    environment = SandboxedEnvironment(autoescape=False, keep_trailing_newline=False)
    environment.filters["slack"] = _escaped_for_slack
    try:
        text = environment.from_string(source.read_text(encoding="utf-8")).render(
            customers=_customers(found), as_of_date=found[0].as_of_date, limit=LISTED_CUSTOMERS
        )
    except (TemplateError, TypeError, UnicodeDecodeError) as error:
        raise RetentionError(
            f"--template is {template}: {error}. See docs/alerts.md for its variables"
        ) from error
    except OSError as error:
        raise RetentionError(f"--template is {template}, which cannot be read: {error.strerror}") from error
    if not text.strip():
        raise RetentionError(f"--template is {template}, which gives an empty message")
    return text.strip()


def _customers(found: Sequence[Alert]) -> list[dict[str, Any]]:
    """One entry per customer, with the words of all their alerts; the order of `found` stays."""
    customers: dict[str, dict[str, Any]] = {}
    for alert in found:
        entry = customers.setdefault(alert.customer_id, {**asdict(alert), "alerts": []})
        entry["alerts"].append(WORDS.get(alert.alert_type, alert.alert_type))
    return list(customers.values())


def _escaped_for_slack(text: object) -> str:
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _print(channel: str, found: Sequence[Alert], message: str, *, send: bool, console: Console) -> None:
    count = f"{len(found):,} {'alert' if len(found) == 1 else 'alerts'}"
    if not found:
        line = f"{channel}: no alert that was not sent before."
    elif send:
        line = f"{channel}: sent {count}."
    else:
        line = f"{channel}: would send {count}; add --send to send this:\n\n{message}\n"
    console.print(line, highlight=False, soft_wrap=True, markup=False)
