//! Parts of a generated Python file that do not depend on the model.

pub(super) const HEAD: &str = r#"
"""Predicts from the values of a table as they are. Needs nothing but Python 3.

    python3 FILE.py table.csv     a CSV with a header in, the same with predictions out
                                  (in: cells between commas or DELIMITER, that of the training table, numbers
                                  with DECIMAL_MARK, UTF-8 or Windows-1252; out: cells between commas)

    import FILE
    FILE.predict({"column": value, ...})    values as numbers or as the text of a cell; earlier
                                            targets, if there are any, as "column (t-1)" and so on
"""

import csv
import datetime
import gzip
import io
import itertools
import json
import math
import re
import struct
import sys
import zipfile

"#;

/// Reader of cells; needs the constants of `write_cells`.
pub(super) const CELLS: &str = r#"

# The blanks around a cell that do not count.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def _missing(value, words):
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or str(value).strip(BLANKS).lower() in words


def _missing_number(value):
    if _missing(value, MISSING_NUMBERS):
        return True
    numbers = [float(word) for word in MISSING_NUMBERS if PLAIN.fullmatch(word)]
    return bool(numbers) and _parsed(value) in numbers


def _number(value, offset, fill, may_be_percent=True):
    if _missing_number(value):
        return fill
    if not may_be_percent and isinstance(value, str) and re.search("[%\u2030]", value):
        raise ValueError(f"expected a number without a percent sign, as in the training table, found {value!r}")
    # The rest of the number is kept in single precision.
    number = struct.unpack("f", struct.pack("f", _parsed(value) - offset))[0]
    if not math.isfinite(number):
        raise ValueError(f"expected a smaller number, found {value!r}")
    return number


def _bare(value, unit):
    """A value without the unit behind its number, if its column has one."""
    text = value.strip(BLANKS) if isinstance(value, str) else ""
    number = text[: -len(unit)].rstrip(GAPS) if unit and text.endswith(unit) else ""
    return number if re.search("[0-9]\\Z", number) else value


def _parsed(value):
    if not isinstance(value, str):
        number = float(value)
    else:
        text = value.strip(BLANKS)
        plain = float(text) if PLAIN.fullmatch(text) else None
        formatted = _formatted(text) if plain is None or DECIMAL_MARK == "," else None
        number = plain if formatted is None else formatted
    if number is None or not math.isfinite(number):
        raise ValueError(f"expected a {'finite ' * (number is not None)}number, found {value!r}")
    return number


# Numbers as people write them; see `data/table/formatted.rs` of nn-tui.
PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.I | re.A)
UNIT = "|".join(re.escape(unit) if unit != CASED else f"(?-i:{unit})" for unit in UNITS)
UNIT_BEFORE = re.compile(f"^(?:{UNIT})", re.I | re.A)
UNIT_BEHIND = re.compile(f"(?:{UNIT})\\Z", re.I | re.A)
# Blanks and apostrophes between thousands.
GAPS = " \xa0\u2009\u202f'\u2019"


def _amount(text):
    """The digits of a number with their marks, and whether it is negative; None for other texts."""
    if not re.search("[0-9]", text):
        # The zero of accounts is a dash beside a currency: $ -
        unit = UNIT_BEFORE.search(text) or UNIT_BEHIND.search(text)
        if not unit or unit[0] in "%\u2030":
            return None
        rest = text[: unit.start()] + text[unit.end() :]
        return ("0", False) if rest.strip(GAPS) in ("-", "\u2013") else None
    signs, is_negative, before = 0, False, None
    while text != before:
        before = text
        text = UNIT_BEHIND.sub("", UNIT_BEFORE.sub("", text.strip(GAPS)))
        if text.startswith(("-", "\u2212", "+")):
            signs, is_negative, text = signs + 1, text[0] != "+", text[1:]
        if text.startswith("(") and text.endswith(")"):
            signs, is_negative, text = signs + 1, True, text[1:-1]
        for end in NO_CENTS:
            text = text[: -len(end)] if text.endswith(end) else text
        if text.endswith(("-", "\u2212")):
            # A whole number with a dash behind it is a range, such as an age from 18 on.
            if not re.search("[.,]", text[:-1]):
                return None
            signs, is_negative, text = signs + 1, True, text[:-1]
    return (text, is_negative) if signs < 2 and re.match("[0-9.,]", text) else None


def _formatted(text):
    """The number in a text whose decimal mark is the usual one, or the last of both; None for other texts."""
    amount = _amount(text)
    if amount is None:
        return None
    digits, is_negative = amount
    mark = max(",.", key=digits.rfind) if "," in digits and "." in digits else DECIMAL_MARK
    other = ",."[mark == ","]
    whole, point, fraction = digits.partition(mark)
    first, *groups = re.split(f"[{other}{GAPS}]", whole)
    if groups:
        # In India, hundreds of thousands have a comma as well: 12,34,567.
        is_lakh = len(first) < 3 and other == "," and whole.count(",") > 1
        threes, last = [len(group) == 3 for group in groups], len(groups) - 1
        twos = [is_lakh and len(group) == 2 and i < last for i, group in enumerate(groups)]
        if not re.fullmatch("[1-9][0-9]{0,2}", first) or not all(re.fullmatch("[0-9]+", group) for group in groups):
            return None
        if not all(map(max, threes, twos)) or any(twos) and sum(threes) != 1:
            return None
        if whole.count(".") == 3 and all(len(part) < 4 and int(part) < 256 for part in whole.split(".")):
            # An address.
            return None
    plain = "".join([first, *groups, "." * bool(point), fraction])
    if not PLAIN.fullmatch(plain):
        return None
    return -float(plain) if is_negative else float(plain)


def _encoded(value, kind, known, may_be_percent=True):
    """What one value becomes: a list of inputs of the network."""
    if kind == "lag":
        kind, (_, *known) = "number", known
        if _missing_number(value):
            raise ValueError("an earlier target is missing")
    if kind in ("number", "cyclic", "date"):
        if kind == "date":
            part, order, *known = known
            number = known[-1] if _missing(value, MISSING_NUMBERS) else _date(value, order, part)
        else:
            number = _number(value, known[0] if kind == "number" else 0.0, known[-1], may_be_percent)
        if len(known) == 2:
            angle = 2 * math.pi * number / known[0]
            return [math.sin(angle), math.cos(angle)]
        return [(number - known[1]) / known[2]]
    text = str(value).strip(BLANKS) if isinstance(value, str) or not _missing(value, MISSING_TEXTS) else ""
    if kind == "boolean":
        no, yes, mean, deviation, fill = known
        return [((1 if text in yes else 0 if text in no else fill) - mean) / deviation]
    values, other, fill = known
    # A category such as - is no missing value.
    unknown = fill if _missing(text, MISSING_TEXTS) else len(values)
    code = values.index(text) if text in values else unknown
    return [float(code == i) for i in range(len(values) + other)]
"#;

/// The network.
pub(super) const NETWORK: &str = r#"

def _sigmoid(z):
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    return math.exp(z) / (1.0 + math.exp(z))


def outputs(row):
    """The network's outputs for `row`: a dictionary by column, or a list in the order of COLUMNS, each once."""
    if not isinstance(row, dict):
        row = dict(zip(dict.fromkeys(column[0] for column in COLUMNS), row, strict=True))
    a = []
    for name, kind, *known in COLUMNS:
        if name not in row:
            raise KeyError(f'the model needs a column "{name}"')
        try:
            a += _encoded(_bare(row[name], IN_UNITS.get(name)), kind, known, PERCENT is None or name in PERCENT)
        except ValueError as error:
            raise ValueError(f'column "{name}": {error}') from None
    for i, (weights, biases) in enumerate(LAYERS):
        z = [math.fsum(map(lambda x, y: x * y, w, a)) + b for w, b in zip(weights, biases)]
        function = OUTPUT if i + 1 == len(LAYERS) else HIDDEN
        a = [_EACH[function](x) for x in z] if function in _EACH else _ALL[function](z)
    return a


def predict(row):
    """The class of `row`, or the number in the target's own unit."""
    a = outputs(row)
    if CLASSES is None:
        return a[0] * TARGET_DEVIATION + TARGET_MEAN
    if len(a) == 1:
        return CLASSES[a[0] >= 0.5]
    return CLASSES[a.index(max(a))]
"#;
