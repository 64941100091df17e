"""The service's own statement on whether it billed a request.

Services and gateways add sentences such as "You will not be charged for this request", which take
precedence over every conclusion from a status.
"""

from __future__ import annotations

import re

from studio.common.errors import Billed

_LONGEST = 8000
_PAID = r"(?:charged|billed|deducted|debited|invoiced|consumed)"
_MONEY = (
    r"(?:credits?|points|tokens?|quota|fees?|charges?|money|funds|costs?|amounts?|balance|payments?|"
    r"usage)"
)
_WHAT = rf"(?:{_MONEY}|requests?|accounts?|generations?|calls?|attempts?|you|we)"
_AUXILIARY = (
    r"(?:(?:has|have|had|will|was|were|is|are|still|already|be|been|also|now|nevertheless|fully|"
    r"partially|successfully|automatically) ){1,5}"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_KEPT = _any(
    r"\b(?:not|n't|never|no|non)\b[^.]{0,20}refund|\b(?:can|may|might|could) be refunded",
    r"(?:不|未|无法)(?:予|会)?(?:退款|退还|返还)",
)
"""Statements about refunds: a request that can or cannot be refunded may have been billed."""

_IS_NOT = _any(
    rf"(?:\bnot|n't|\bnever)(?: yet| ever| be| been| being| get| have| even| actually)* {_PAID}",
    rf"\b(?:no|zero|0|none of your|without any)(?: \w+){{0,2}} {_MONEY} {_AUXILIARY}"
    rf"(?:{_PAID}|used|spent|taken|made|applied|incurred|lost)",
    rf"\bnothing {_AUXILIARY}{_PAID}",
    r"(?:\bnot|n't|\bnever)(?: \w+){0,2} (?:charge|bill|deduct|debit|consume|cost|count)\b",
    r"\b(?:free of (?:charge|cost)|no charges?\b|no cost\b|without (?:charge|cost|being (?:charged|"
    r"billed))|at no (?:cost|charge)|non-?billable|unbilled|not billable|uncharged|zero cost)",
    rf"\b{_PAID} (?:nothing|no|(?:0|\$0|zero)\b(?![.\d]*[1-9]))",
    r"\brefunded|\breimbursed|\bcredited back|\b(?:returned|restored) to your (?:\w+ )?(?:account|"
    r"balance|credits?|wallet)",
    r"(?:未|不会|不|没有|無|无)(?:被)?(?:予)?(?:扣费|计费|扣除|收费|扣款|扣減|計費|扣費|产生费用|消耗)",
    r"(?:已|将|会)(?:自动|全额)?(?:退款|退还|返还|退回|退费)",
)
_IS_PERHAPS = _any(
    rf"\b(?:may|might|could|can|possibly|perhaps)(?: \w+){{0,3}} {_PAID}",
    r"\b(?:may|might|could)(?: \w+){0,3} (?:charge|bill|deduct)\b",
    r"可能(?:已|会|被)?(?:扣费|计费|收费)",
)
_IS = _any(
    rf"\b(?:was|were|been|be|being|is|are)(?: still| already| also| fully)? {_PAID}",
    rf"\b(?:we|you)(?:'ve)? (?:already )?{_PAID}\b",
    rf"\b(?:still|nevertheless|already)(?: be| been)* {_PAID}|\b{_PAID} (?:anyway|nevertheless)",
    r"(?:已|仍会?|会|将)(?:被)?(?:扣费|计费|收费|扣款|扣除)",
)
_IS_ABOUT_MONEY = _any(rf"\b{_WHAT} {_AUXILIARY}{_PAID}")
_EXHAUSTION = re.compile(
    r"\b(?:monthly|weekly|daily|all|entire|whole|free|included|remaining|plan|quota|allowance|limit)\b"
    r".{0,40}\bconsumed"
)
"""Statements about an account that was already empty before this request."""

_CONDITION = re.compile(
    r"\b(?:if|when|whether|unless|only|before|until|once|successful|in case|available to)\b"
)
_SENTENCE = re.compile(r"[.!?;](?:\s+|$)|[。！？；\n]+")


def stated_billing(*texts: str) -> Billed | None:
    """The service's statement about billing in these texts; None without one.

    The first text with a statement counts. A denial takes precedence over the rest of its text; a
    condition ("if you are charged") is not a statement.
    """
    return next((one for text in texts if (one := _statement(text, _IS)) is not None), None)


def billing_in_words(words: str) -> Billed | None:
    """Statement about billing in a model's text, which may also be about charged batteries.

    None if there is no such statement.
    """
    return _statement(words, _IS_ABOUT_MONEY)


def _statement(text: str, affirmed: re.Pattern[str]) -> Billed | None:
    text = text[:_LONGEST].lower().replace("\u2019", "'")
    found: Billed | None = None
    for sentence in _SENTENCE.split(text):
        if _KEPT.search(sentence):
            found = found or Billed.MAYBE
        elif _IS_NOT.search(sentence):
            return Billed.NO
        elif _IS_PERHAPS.search(sentence):
            found = found or Billed.MAYBE
        elif affirmed.search(sentence) and not (
            _CONDITION.search(sentence) or _EXHAUSTION.search(sentence)
        ):
            found = Billed.YES
    return found
