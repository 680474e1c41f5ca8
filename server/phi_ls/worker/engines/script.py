"""The script of the scripted engine: a JSON file that says what is answered to which prompt, and what fails.

    {"load_ms": 0, "load_fails": null, "prefill_ms_per_token": 0, "token_ms": 0, "context_tokens": 4096,
     "rules": [{"when": "<regular expression>", "text": "the answer", "fails": null, "after": 0, "logprob": -0.1,
                "token_ms": null}],
     "default": "the answer when no rule matches"}

Every name may be left out. `fails` and `load_fails` are null, "crash", "kill" (as systems do for want of memory),
"hang" or a message; `after` counts the tokens that come before the failure; a rule's `token_ms` stands before the
script's. A name that is not known here is an error, for a misspelt script would play another scene.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from phi_ls.errors import LoadFailed

CRASH = "crash"
HANG = "hang"
KILL = "kill"

# Below this, another word of the vocabulary would be as likely.
_LEAST_LOGPROB = -10.0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One answer. `when` is searched in the prompt's text, control tokens spelled out."""

    when: str = ""
    text: str = ""
    fails: str | None = None
    after: int = 0
    logprob: float = -0.1
    token_ms: float | None = None


@dataclass(frozen=True, kw_only=True)
class Script:
    """A whole script; times in milliseconds."""

    load_ms: float = 0
    load_fails: str | None = None
    prefill_ms_per_token: float = 0
    token_ms: float = 0
    context_tokens: int = 4096
    rules: tuple[Rule, ...] = ()
    default: str = "pass"

    @classmethod
    def read(cls, file: str) -> Script:
        """The script in `file`; the built-in one, which answers "pass", for "". Raises `LoadFailed`."""
        if not file:
            return cls()
        try:
            record = json.loads(Path(file).read_text(encoding="utf-8"))
            if not isinstance(record, dict):
                raise TypeError(f"a {type(record).__name__} where an object is wanted")
            rules = tuple(_checked(Rule(**rule)) for rule in record.pop("rules", ()))
            return cls(rules=rules, **record)
        except (OSError, ValueError, TypeError, re.error) as error:
            raise LoadFailed(f"script {file}: wanted a script of the scripted engine, found {error}") from error

    def rule_for(self, prompt: str) -> Rule:
        """The first rule that matches, or one with the default answer."""
        return next((rule for rule in self.rules if re.search(rule.when, prompt)), Rule(text=self.default))


def _checked(rule: Rule) -> Rule:
    re.compile(rule.when)
    if not _LEAST_LOGPROB <= rule.logprob <= 0:
        raise ValueError(f"logprob {rule.logprob}; it is between {_LEAST_LOGPROB} and 0")
    return rule
