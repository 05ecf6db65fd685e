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
import io
import itertools
import math
import re
import struct
import sys

"#;

pub(super) const BODY: &str = r#"

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
            number = known[-1] if _missing(value, MISSING_NUMBERS) else _date(value, order)[part]
        else:
            number = _number(value, known[0] if kind == "number" else 0.0, known[-1], may_be_percent)
        if len(known) == 2:
            angle = 2 * math.pi * number / known[0]
            return [math.sin(angle), math.cos(angle)]
        return [(number - known[1]) / known[2]]
    missing = _missing(value, MISSING_TEXTS)
    text = "" if missing else str(value).strip(BLANKS)
    if kind == "boolean":
        no, yes, mean, deviation, fill = known
        return [((1 if text in yes else 0 if text in no else fill) - mean) / deviation]
    values, other, fill = known
    code = fill if missing else values.index(text) if text in values else len(values)
    return [float(code == i) for i in range(len(values) + other)]


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
            a += _encoded(row[name], kind, known, PERCENT is None or name in PERCENT)
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

pub(super) const MAIN: &str = r#"

def _table(path):
    """The header of a CSV, and its rows as pairs of line and cells, all as wide as the header."""
    with open(path, "rb") as file:
        content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    # A table may be separated by commas, whatever the training table was.
    start = text.partition("\n")[0].replace("\t", "\t" if DELIMITER == "\t" else " ").strip(" ")
    delimiter = DELIMITER if DELIMITER in start else ","
    if delimiter == " ":
        text = "\n".join(line.replace("\t", " ").strip(" ") for line in text.splitlines())
    csv.field_size_limit(1 << 30)

    def records(strict):
        quoting = csv.QUOTE_MINIMAL if QUOTE else csv.QUOTE_NONE
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter, quotechar=QUOTE, quoting=quoting,
            skipinitialspace=delimiter == " ", strict=strict,
        )
        return [(reader.line_num, row) for row in reader if len(row) > 1 or row and row[0].strip(BLANKS)]

    try:
        lines = records(True)
    except csv.Error as error:
        if "end of data" in str(error):
            sys.exit(f"{path}: a quote is not closed")
        lines = records(False)
    header, rows = (lines[0][1] if lines else []), lines[1:]
    while rows and len(header) > 1 and _is_footer(rows[-1][1]):
        rows.pop()
    if rows and not any(cell.strip(BLANKS) for cell in header[len(rows[0][1]):]):
        # The header ends in delimiters, and no row does.
        header = header[: max(len(row) for _, row in rows)]
    if rows and all(len(row) > len(header) for _, row in rows):
        if not any(cell.strip(BLANKS) for _, row in rows for cell in row[len(header):]):
            # Every row but the header ends in delimiters.
            header = header + [""] * (len(rows[0][1]) - len(header))
        elif len(rows[0][1]) == len(header) + 1 and len({row[0] for _, row in rows}) == len(rows):
            # R does not name the column with the names of the rows.
            header = [""] + header
    for line, row in rows:
        if not any(cell.strip(BLANKS) for cell in row[len(header):]):
            del row[len(header):]
        if len(row) != len(header):
            sys.exit(f"{path}, line {line}: the row has {len(row)} cells, the header has {len(header)}")
    return header, _data(header, rows)


def _data(header, rows):
    """The rows without those that repeat the header, those of units below it, of totals and of empty cells."""
    cells = {line: [cell.strip(BLANKS) for cell in row] for line, row in rows}
    known = [[cell.strip(BLANKS) for cell in header]]
    rows = [(line, row) for line, row in rows if cells[line] not in known and any(cells[line])]
    for count in range(1, 4):
        units, below = [cells[line] for line, _ in rows[:count]], [cells[line] for line, _ in rows[count:]]
        below = [row for row in below if row not in units and _total(row) is None]
        number = [len(below) > 2 and _are_numbers(column) for column in zip(*below)]
        over = [[cell for cell in itertools.compress(row, number) if not _missing(cell, MISSING_NUMBERS)] for row in units]
        if all(over) and not any(_is_number(cell) for row in over for cell in row):
            known += units
            break
    rows = [(line, row) for line, row in rows if cells[line] not in known]
    mostly = [2 * sum(map(_is_number, column)) > len(rows) for column in zip(*(row for _, row in rows))]
    is_data = [
        _total(row) is None or not mostly[_total(row)] and _total_name(row) not in SUBTOTALS for _, row in rows
    ]
    rows = [row for row, is_kept in zip(rows, is_data) if is_kept]
    end = max((i + 1 for i, (_, row) in enumerate(rows) if _total(row) is None), default=len(rows))
    names = {_total_name(row) for _, row in rows[:end]}
    while rows and _total(rows[-1][1]) is not None and _total_name(rows[-1][1]) not in names:
        rows.pop()
    return rows


def _check_points(path, name, cells):
    """Stops if a point is between thousands in one number of a column and before decimals in another."""
    texts = [cell.strip(BLANKS) for cell in cells if "." in cell]
    texts = [text for text in texts if "." in (_amount(text) or ("",))[0]]
    uses = {_formatted(text) is None: text for text in texts}
    if len(uses) > 1:
        sys.exit(f'{path}, column "{name}": with a decimal comma, the point of "{uses[True]}" is before decimals '
                 f'and that of "{uses[False]}" between thousands')


def _is_number(text):
    text = text.strip(BLANKS)
    return bool(PLAIN.fullmatch(text)) or _formatted(text) is not None


def _are_numbers(column):
    cells = [cell for cell in column if not _missing(cell, MISSING_NUMBERS)]
    return bool(cells) and all(map(_is_number, cells))


def _is_footer(row):
    """Whether a row is a text such as (60 rows), EOF or a line of dashes."""
    text = row[0].strip(BLANKS)
    is_text = re.search(r"^\(|\s|:$", text) or text.lower() in ("eof", "end", "<eof>") or not re.search(r"[^\W_]", text)
    return len(row) == 1 and bool(is_text) and text[:1] not in ('#', '%') and not _is_number(text)


def _total(row):
    """The column of the first filled cell if it is the name of a row of totals, or None."""
    place = next((place for place, cell in enumerate(row) if cell.strip(BLANKS)), None)
    return place if _total_name(row) in TOTALS else None


def _total_name(row):
    """The first filled cell as the names of totals are written."""
    return next((cell.strip(BLANKS).rstrip(": ").lower() for cell in row if cell.strip(BLANKS)), "")


def _names(header):
    """The names of the columns, all different: one without a name is called c and its number, the second x is x.2."""
    cells = [cell.strip(BLANKS) for cell in header]
    taken, names, copies = set(), [], {}
    for cell in cells:
        names.append(cell if cell not in taken else "")
        taken |= {cell}
    for place, cell in enumerate(cells):
        base = cell or f"c{place + 1}"
        name = names[place] or base
        while not names[place] and name in taken:
            copies[base] = copies.get(base, 1) + 1
            name = f"{base}.{copies[base]}"
        taken |= {name}
        names[place] = name
    return names


def main(path):
    header, rows = _table(path)
    count = len(LAYERS[-1][1])
    name = "p" if OUTPUT in _ALL or count == 1 else "output"
    added = [] if CLASSES is None else [f"{name}({c})" for c in CLASSES[-count:]]
    places = {name: place for place, name in enumerate(_names(header))}
    lags = {name: known[0] for name, kind, *known in COLUMNS if kind == "lag"}
    for name in [TARGET if column[0] in lags else column[0] for column in COLUMNS]:
        if name not in places:
            found = ", ".join(f'"{other}"' for other in places)
            sys.exit(f'the model needs a column "{name}", and the file has none of that name; '
                     f"the columns are {found}")
    for name in {name for name, kind, *_ in COLUMNS if kind == "number" and DECIMAL_MARK == ","}:
        _check_points(path, name, [row[places[name]] for _, row in rows])
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow([*header, f"predicted {TARGET}", *added])
    without_history, unread = 0, 0
    for i, (line, row) in enumerate(rows):
        values = {column[0]: row[places[column[0]]] for column in COLUMNS if column[0] not in lags}
        for name, lag in lags.items():
            values[name] = rows[i - lag][1][places[TARGET]] if i >= lag else None
        try:
            if any(_missing_number(values[name]) for name in lags):
                without_history += 1
                table.writerow([*row, "", *("" for _ in added)])
                continue
            table.writerow([*row, predict(values), *(outputs(values) if added else [])])
        except ValueError as error:
            # A row of totals, if it has no target.
            target = row[places[TARGET]] if TARGET in places else "?"
            words = MISSING_NUMBERS if CLASSES is None else MISSING_TEXTS
            is_missing = _missing(target, words) or CLASSES is None and _is_number(target) and _missing_number(target)
            if TARGET not in places or not is_missing or target.strip(BLANKS) in (CLASSES or []):
                sys.exit(f"{path}, line {line}: {error}")
            unread += 1
    if unread:
        print(f"{path}: no prediction for {unread} rows without a target and with a cell that cannot be read", file=sys.stderr)
    if without_history:
        print(f"{path}: no prediction for {without_history} rows (an earlier target is missing)", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} table.csv")
    main(sys.argv[1])
"#;

/// Reader of dates; see `data/schema/dates.rs`.
pub(super) const DATES: &str = r#"
MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
EAST_ASIAN = str.maketrans({
    **dict.fromkeys("\u5e74\ub144\u6708\uc6d4", "-"), **dict.fromkeys("\u65e5\u53f7\uc77c", " "),
    **dict.fromkeys("\u65f6\u6642\u70b9\uc2dc\u5206\ubd84", ":"), **dict.fromkeys("\u79d2\ucd08", ""),
})
CLOCK = re.compile(
    r"[T ](\d\d?):(\d\d)(?::(\d\d(?:[.,]\d*)?))? *([AP]M)? *(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?", re.I | re.A
)


def _date(value, order):
    """The parts of a date with the year first or last, or the month by its English name, and a time."""
    text = _with_separators(str(value).strip(BLANKS))
    try:
        hour = 0.0
        if ":" in text:
            start = re.search(r"\D\d*:", text).start()
            time, text = text[start:], text[:start].rstrip(", ")
            before_year = re.fullmatch(r"(.*) (\d{4})", time, re.A)
            if before_year:
                time, text = before_year[1], f"{text} {before_year[2]}"
            hour = _hours(CLOCK.fullmatch(time))
        year, month, day = _year_month_day(text, order)
        date = datetime.date(year, month, day)
    except (AttributeError, ValueError, IndexError, TypeError):
        raise ValueError(f"expected a date, found {value!r}") from None
    return {"year": year, "month": month, "weekday": date.weekday(), "hour": hour}


def _with_separators(text):
    """A date such as 20240131, or with Chinese or Korean characters, with the separators of other dates."""
    compact = re.fullmatch(
        r"((?:19|20)\d\d)(\d\d)(?:(\d\d)(?:T(\d\d)(\d\d)(.*)|(\d\d)(\d\d)(\d\d)?)?)?", text, re.A | re.I
    )
    if compact:
        year, month, day, hour, minute, rest, *digits = compact.groups()
        if hour:
            return f"{year}-{month}-{day} {hour}:{minute}{':' * rest[:1].isdigit()}{rest}"
        time = ":".join(part for part in digits if part)
        return "-".join(part for part in (year, month, day) if part) + f" {time}" * bool(time)
    if re.search("[\u5e74\ub144]", text):
        return re.sub(r"\s", "", text).translate(EAST_ASIAN).rstrip(" -:")
    return text


def _hours(clock):
    hour, minute, second, half = clock.groups()
    hour, minute, second = int(hour), int(minute), float((second or "0").replace(",", "."))
    if half:
        hour = hour % 12 + 12 * (half.lower() == "pm") if 1 <= hour <= 12 else 99
    hours = hour + minute / 60 + second / 3600
    if hours > 24 or minute > 59 or second >= 61:
        raise ValueError
    return hours


def _whole(text, longest):
    if not re.fullmatch(r"\d+", text, re.A) or len(text) > longest:
        raise ValueError
    return int(text)


def _year(text):
    year = _whole(text, 4)
    if len(text) == 2:
        return year + (2000 if year < 69 else 1900)
    if len(text) != 4:
        raise ValueError
    return year


def _year_month_day(text, order):
    numbers = re.fullmatch(r"(\d+)([-/.])(\d+)(?:\2(\d+))?", text, re.A)
    if not numbers:
        return _named(text)
    first, separator, second, third = numbers.groups()
    if third is None:
        year, month = (first, second) if len(first) == 4 else (second, first)
        if separator == "." or len(year) != 4 or not 1800 <= int(year) < 2200:
            raise ValueError
        return int(year), _whole(month, 2), 1
    if len(first) == 4:
        return _year(first), _whole(second, 2), _whole(third, 2)
    day, month = _whole(first, 2), _whole(second, 2)
    own = "dmy" if day > 12 else "mdy" if month > 12 else order
    if own is None or order not in (None, own):
        raise ValueError
    return (_year(third), month, day) if own == "dmy" else (_year(third), day, month)


def _named(text):
    def starts(names, word):
        return [i for i, name in enumerate(names) if len(word) > 2 and name.startswith(word.lower())]

    words = [word for word in re.split(r"[-/., ']+", text) if word and not starts(WEEKDAYS, word)]
    place = [bool(starts(MONTHS, word)) for word in words].index(True)
    month = starts(MONTHS, words.pop(place))[0] + 1
    if len(words) == 1:
        if len(words[0]) != 4 and not (place == 0 and re.search("[-']", text)) or place > 1:
            raise ValueError
        return _year(words[0]), month, 1
    day, year = words
    if place == 1 and len(day) == 4:
        day, year = year, day
    if place > 1:
        raise ValueError
    return _year(year), month, _whole(day, 2)

"#;
