"""Takes keys, tokens and passwords out of text before a model or a prompt viewer sees it.

A line with a secret stays, with the secret replaced: refusing whole files would leave people without help and
without a reason. The number of lines never changes.
"""

from __future__ import annotations

import math
import re
from collections import Counter

REDACTED = "<redacted>"

_KEY_BLOCK = re.compile(
    r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)(.*?)(-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_CUT_KEY = re.compile(
    r"""\A(?:[ \t'"]*+[A-Za-z0-9+/=]{0,80}+(?:\\n)?+['"]?+[ \t+,\\]*+\r?\n)++"""
    r"""(?=[ \t'"]*-----END [A-Z0-9 ]*PRIVATE KEY)"""
)
"""The rest of a key whose beginning is not in the text: a window may begin inside of it.

Nothing of a line is read twice (`*+`): blank lines can be read in so many ways that it would take hours.
"""
_LINE_OF_KEY = re.compile(r"(?m)^[ \t]*-?[A-Za-z0-9+/]{60,}={0,2}(?=[ \t\r]*$)")
_TOKENS = re.compile(
    r"""(?<![A-Za-z0-9])(?:
      (?:AKIA|ASIA|AGPA|AIDA)[A-Z0-9]{16}                           # AWS
    | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{40,}     # GitHub
    | glpat-[A-Za-z0-9_-]{20,}                                      # GitLab
    | xox[abeprs]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{20,}        # Slack
    | hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16,}
    | sk-[A-Za-z0-9_-]{20,} | [sr]k_(?:live|test)_[A-Za-z0-9]{16,}  # OpenAI and others, Stripe
    | whsec_[A-Za-z0-9]{24,}
    | AIza[A-Za-z0-9_-]{35} | ya29\.[A-Za-z0-9_-]{20,} | GOCSPX-[A-Za-z0-9_-]{20,}  # Google
    | do[opr]_v1_[a-f0-9]{64} | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}  # DigitalOcean, Shopify
    | hv[sb]\.[A-Za-z0-9_-]{20,} | dapi[a-f0-9]{32}                 # Vault, Databricks
    | AGE-SECRET-KEY-1[A-Z0-9]{40,} | [0-9]{8,10}:AA[A-Za-z0-9_-]{33}  # age, Telegram
    | (?:Account|SharedAccess)Key=[A-Za-z0-9+/]{40,}={0,2}          # Azure
    | hf_[A-Za-z0-9]{30,} | npm_[A-Za-z0-9]{36} | pypi-[A-Za-z0-9_-]{50,}
    | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}                    # SendGrid
    | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*    # JSON web tokens
    )""",
    re.VERBOSE,
)
_TOKEN_SIGNS = (
    *("AKIA", "ASIA", "AGPA", "AIDA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk-"),
    *("sk_", "rk_", "AIza", "hf_", "npm_", "pypi-", "SG.", "eyJ", "xapp-", "hooks.slack.com", "whsec_", "ya29."),
    *("GOCSPX-", "_v1_", "shpat_", "shpca_", "shppa_", "shpss_", "hvs.", "hvb.", "dapi", "AGE-SECRET", ":AA", "Key="),
)
"""One of them is in every token of the patterns above."""
_NAMES = ("pass", "pwd", "secret", "token", "key", "credential", "bearer", "basic", "authorization")
_IN_ADDRESS = re.compile(r"(?<=://)([^\s/:@'\"]*:)([^\s/@'\"]+)(?=@)")
_BEARER = re.compile(r"(?i)\b(authorization['\"]?\s*[:=]\s*['\"]?|bearer\s+|basic\s+)([A-Za-z0-9+/_.=-]{16,})")
_NAMED = re.compile(
    r"""
    ((?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|credentials?)
     [a-z0-9_-]{0,60} ['"]? \s* (?: : \s* [a-z][\w.\[\]]* \s* )? (?:=>|:=|=|:) \s*)
    (?P<quote>['"`])(?P<value>[^'"`\r\n]{4,})
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAMED_PLAIN = re.compile(
    r"""(?m)^((?:export\s+)?[A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY)[A-Z0-9_]{0,60}=)
    ([^\s'"`$(){}]{4,})(?=[ \t]*(?:\#.*)?\r?$)""",
    re.VERBOSE,
)
_NAMED_RANDOM = re.compile(
    r"""(?mi)^([ \t]*[\w.-]{0,60}?(?:password|passwd|secret|token|api_?key|access_?key)[\w.-]{0,60}[ \t]*[:=][ \t]*)
    ([a-z0-9+/=_-]{20,})(?=[ \t]*(?:\#.*)?\r?$)""",
    re.VERBOSE,
)
"""As in the files of settings that are no code; without a quote it is a secret only where it looks random."""
_LONG = re.compile(r"(?<=['\"`])[A-Za-z0-9+/_=-]{32,}(?=['\"`])")

_HARMLESS = re.compile(r"(?i)^(?:\$?\{.*\}?|<.*>|%.*|(.)\1*|your[-_ ].*|example.*|change[-_ ]?me.*|[a-z][a-z_ -]*)$")
"""Values that name a secret or stand in for one; plain words among them."""
LONGEST_NAME, DIGITS_IN_NAME = 40, 3
"""What a name in code has less of than a random text."""
LEAST_ENTROPY = 4.0
"""Bits per character from which a long unnamed string looks random: words stay below, random base64 is above 5."""


def redact(text: str) -> str:
    """`text` with its secrets replaced by a mark; it has the same lines."""
    text = _KEY_BLOCK.sub(_redacted_block, text)
    text = _CUT_KEY.sub(lambda match: re.sub(r"[^\r\n]+", REDACTED, match.group()), text)
    if any(sign in text for sign in _TOKEN_SIGNS):
        text = _TOKENS.sub(REDACTED, text)
    text = _IN_ADDRESS.sub(rf"\1{REDACTED}", text)
    lowered = text.lower()
    if any(name in lowered for name in _NAMES):  # most code has none, and a plain search is far faster
        text = _BEARER.sub(rf"\1{REDACTED}", text)
        text = _NAMED.sub(_redacted_value, text)
        text = _NAMED_PLAIN.sub(rf"\1{REDACTED}", text)
        text = _NAMED_RANDOM.sub(_redacted_unless_name, text)
    text = _LINE_OF_KEY.sub(lambda match: _if_random(match.group()), text)
    return _LONG.sub(lambda match: _if_random(match.group()), text)


def _redacted_block(match: re.Match[str]) -> str:
    inside = re.sub(r"[^\r\n]+", REDACTED, match.group(2))
    return match.group(1) + inside + match.group(3)


def _redacted_value(match: re.Match[str]) -> str:
    value = match.group("value")
    if value == REDACTED or (_HARMLESS.match(value) and not _word_as_password(match.group(1), value)):
        return match.group()
    return match.group(1) + match.group("quote") + REDACTED


def _word_as_password(name: str, value: str) -> bool:
    """A plain word is a secret only where it is somebody's password: `token = "access_token"` is a name."""
    return bool(re.match(r"(?i)pass|pwd", name)) and value.isalpha() and len(value) >= 6 and "word" not in value.lower()


def _redacted_unless_name(match: re.Match[str]) -> str:
    value = match.group(2)
    may_be_name = len(value) < LONGEST_NAME and len(re.findall("[0-9]", value)) < DIGITS_IN_NAME
    return match.group() if may_be_name else match.group(1) + _if_random(value)


def _if_random(value: str) -> str:
    mixed = re.search("[a-z]", value) and re.search("[A-Z]", value) and re.search("[0-9]", value)
    return REDACTED if mixed and _entropy(value) >= LEAST_ENTROPY else value


def _entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())
