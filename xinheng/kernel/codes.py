"""Check characters of Chinese company codes.

A credit code (统一社会信用代码) has 18 characters: who registers (1), what is registered (1),
the registration region (6 digits, GB/T 2260), the organisation code (9, GB 11714) and a check
character. Letters that are easily misread (I, O, S, V, Z) do not occur in it.
"""

import re

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table A.1: values 0…30
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))  # 3^(i−1) mod 31
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # GB 11714-1997: values 0…35
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_CREDIT_BODY = re.compile(f"[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{9}}")
_ORGANISATION_BODY = re.compile(r"[0-9A-Z]{8}")


def credit_code_check_char(body: str) -> str:
    """Return the 18th character for the first 17.

    refuses: ValueError when `body` cannot be the beginning of a credit code
    source:  GB 32100-2015, 5.5 and appendix A (modulus 31, weights 3^(i−1))
    """
    if _CREDIT_BODY.fullmatch(body) is None:
        raise ValueError("a credit code begins with 17 characters of GB 32100")
    total = sum(
        CREDIT_ALPHABET.index(char) * weight
        for char, weight in zip(body, CREDIT_WEIGHTS, strict=True)
    )
    return CREDIT_ALPHABET[-total % 31]


def credit_code_ok(code: str) -> bool:
    """Say whether `code` is a well-formed credit code whose check character is right.

    Only capitals and no blanks: whoever reads a file strips and capitalises first.
    """
    if len(code) != 18 or _CREDIT_BODY.fullmatch(code[:17]) is None:
        return False
    return credit_code_check_char(code[:17]) == code[17]


def organisation_code_check_char(body: str) -> str:
    """Return the 9th character of an organisation code for the first 8.

    refuses: ValueError when `body` is not 8 digits or capitals
    source:  GB 11714-1997 (modulus 11; a remainder of 10 is written X)
    """
    if _ORGANISATION_BODY.fullmatch(body) is None:
        raise ValueError("an organisation code begins with 8 digits or capitals")
    total = sum(
        ORGANISATION_ALPHABET.index(char) * weight
        for char, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    check = -total % 11
    return "X" if check == 10 else str(check)


def organisation_code_ok(code: str) -> bool:
    """Say whether `code` is an organisation code, written with or without its hyphen."""
    plain = code.replace("-", "", 1) if len(code) == 10 and code[8] == "-" else code
    if len(plain) != 9 or _ORGANISATION_BODY.fullmatch(plain[:8]) is None:
        return False
    return organisation_code_check_char(plain[:8]) == plain[8]
