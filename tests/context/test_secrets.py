"""Secrets are taken out, lines stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.context import redact
from phi_ls.text import split_lines

# Assembled, so that no scanner takes this file for a leak.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
GITHUB = "ghp_" + "a1B2" * 9
RANDOM = "q7Zx" + "Vb2Lk9RtYw4Hs6Jd8Pf3Gm1NcQaXeUi0"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nabc\ndef\n-----END RSA " + "PRIVATE KEY-----\n"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(f"key = {AWS!r}", "key = '<redacted>'", id="aws"),
        pytest.param(f"# {GITHUB}", "# <redacted>", id="github"),
        pytest.param(f"token: {JWT}", "token: <redacted>", id="jwt"),
        pytest.param('password = "s3cr3t!"', 'password = "<redacted>"', id="password"),
        pytest.param('password = "hunter"', 'password = "<redacted>"', id="password-that-is-a-word"),
        pytest.param("db_passwd: 'a1b2c3d4',", "db_passwd: '<redacted>',", id="colon"),
        pytest.param('{"apiKey": "ab12cd34"}', '{"apiKey": "<redacted>"}', id="json"),
        pytest.param("API_KEY: str = 'ab12cd34'", "API_KEY: str = '<redacted>'", id="annotated"),
        pytest.param("secret = 'half-typed-1", "secret = '<redacted>", id="no-closing-quote"),
        pytest.param("export DB_PASSWORD=ab12cd34", "export DB_PASSWORD=<redacted>", id="env-file"),
        pytest.param("postgres://me:pa55@host/db", "postgres://me:<redacted>@host/db", id="address"),
        pytest.param("Authorization: Bearer abcdef0123456789xyz", "Authorization: Bearer <redacted>", id="bearer"),
        pytest.param(f"x = '{RANDOM}'", "x = '<redacted>'", id="random-string"),
        pytest.param("API_TOKEN=ab12cd34 # old\r\n", "API_TOKEN=<redacted> # old\r\n", id="env-file-of-windows"),
        pytest.param(f"aws_secret_access_key = {RANDOM}", "aws_secret_access_key = <redacted>", id="ini-file"),
        pytest.param(f"  client_secret: {RANDOM}\n", "  client_secret: <redacted>\n", id="yaml-file"),
        pytest.param(f"AccountKey={RANDOM}{RANDOM}==;", "<redacted>;", id="azure"),
        pytest.param("'shpat_" + "0a" * 16 + "'", "'<redacted>'", id="shopify"),
        pytest.param("'dop_v1_" + "0a" * 32 + "'", "'<redacted>'", id="digitalocean"),
        pytest.param("hvs." + "a1B2" * 6, "<redacted>", id="vault"),
        pytest.param("ya29." + "a1B2" * 6, "<redacted>", id="google-oauth"),
        pytest.param("'123456789:AA" + "a1B" * 11 + "'", "'<redacted>'", id="telegram"),
        pytest.param("https://hooks.slack.com/services/T0A/B0A/" + "a1B2" * 5, "https://<redacted>", id="slack-hook"),
        pytest.param(KEY.split("\n", 1)[1], "<redacted>\n<redacted>\n-----END RSA PRIVATE KEY-----\n", id="end-of-key"),
        pytest.param(f"{RANDOM}{RANDOM}\n{RANDOM}{RANDOM}\nab", "<redacted>\n<redacted>\nab", id="middle-of-a-key"),
        pytest.param(
            KEY,
            "-----BEGIN RSA PRIVATE KEY-----\n<redacted>\n<redacted>\n-----END RSA PRIVATE KEY-----\n",
            id="key-block",
        ),
    ],
)
def test_a_secret_is_replaced(text: str, shown: str) -> None:
    assert redact(text) == shown
    assert redact(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "password = input('Password: ')",
        "password = ''",
        "token = tokens[0]",
        'token = "access_token"',
        'label = "Enter your password"',
        "secret = os.environ['SECRET_NAME']",
        'password = "${DB_PASSWORD}"',
        "sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
        "id = '123e4567-e89b-12d3-a456-426614174000'",
        "alphabet = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz'",
        "def tokenize(text): return text.split()",
        "https://example.org/a:b@c",
        "author: Someone <someone@example.org>",
        "access_token = GoogleOAuth2AccessTokenProvider",
        "foo\nbar(1)\n-----END RSA " + "PRIVATE KEY-----\n",
        "0123456789abcdef" * 4 + "\n",
        "token: " + "word_" * 30,
    ],
)
def test_ordinary_code_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


PIECES = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        " ",
        "'",
        '"',
        "=",
        ":",
        "password",
        "token",
        "x",
        "ab12cd34",
        f" {AWS} ",
        RANDOM,
        KEY,
        KEY[:40],
        "é😀",
        "//",
        "@",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_the_lines_stay(text: str) -> None:
    assert len(split_lines(redact(text))) == len(split_lines(text))
    assert [line[-1:] in "\r\n" for line in split_lines(redact(text))] == [
        line[-1:] in "\r\n" for line in split_lines(text)
    ]


@given(st.lists(PIECES, max_size=30).map("".join))
def test_what_is_redacted_once_is_redacted(text: str) -> None:
    assert AWS not in redact(text)
    assert redact(redact(text)) == redact(text)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece",
    ["token", "TOKEN", "secret ", "Ab3/", " ", "+", "        \n", " '+\n", "-----BEGIN ", "://a:", "eyJ", "token = "],
)
def test_a_text_that_repeats_itself_is_looked_through_in_no_time(piece: str) -> None:
    """Minutes or years, where each name looks for its value to the end, or where lines can be read in many ways."""
    assert redact(piece * 20_000).count("\n") == (piece * 20_000).count("\n")
