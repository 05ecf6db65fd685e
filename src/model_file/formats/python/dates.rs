//! Reader of dates of a generated Python file.

/// Reader of dates; see `data/schema/dates.rs`.
pub(super) const DATES: &str = r#"
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
EAST_ASIAN = str.maketrans({
    **dict.fromkeys("\u5e74\ub144\u6708\uc6d4", "-"), **dict.fromkeys("\u65e5\u53f7\uc77c", " "),
    **dict.fromkeys("\u65f6\u6642\u70b9\uc2dc\u5206\ubd84", ":"), **dict.fromkeys("\u79d2\ucd08", ""),
})
ACCENTS = str.maketrans("\u00e9\u00e8\u00e4\u00fb\u00e7", "eeauc")
CLOCK = re.compile(
    r"[T ](\d\d?):(\d\d)(?::(\d\d(?:[.,]\d*)?))? *([AP]M)? *(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?", re.I | re.A
)


def _date(value, order, part):
    """A part of a date with the year first or last, or the month by its name, and a time, or of a time alone."""
    text = str(value).strip(BLANKS)
    if part == "hour" and CLOCK.fullmatch(f" {text}"):
        text = f"1970-01-01 {text}"
    date, hour = _moment(text, order)
    return {"year": date.year, "month": date.month, "weekday": date.weekday(), "hour": hour}[part]


def _moment(value, order):
    """A date, and its time of day in hours."""
    try:
        text, hour = _with_separators(value.strip(BLANKS)), 0.0
        if ":" in text:
            start = re.search(r"\D\d*:", text).start()
            time, text = text[start:], text[:start].rstrip(", ")
            before_year = re.fullmatch(r"(.*) (\d{4})", time, re.A)
            if before_year:
                time, text = before_year[1], f"{text} {before_year[2]}"
            hour = _hours(CLOCK.fullmatch(time))
        return datetime.date(*_year_month_day(text, order)), hour
    except (AttributeError, ValueError, IndexError, TypeError):
        raise ValueError(f"expected a date, found {value!r}") from None


def _check_order(path, name, cells):
    """Stops if one of the dates, pairs of line and cell, is older than the one before it."""
    latest = None
    for line, cell in cells:
        try:
            now = _moment(cell, ROW_ORDER[1])
        except ValueError:
            continue
        if latest and now < latest:
            sys.exit(f'{path}, line {line}, column "{name}": the row is older than the one before it; '
                     f'earlier targets need rows in order of time (sort the table by "{name}")')
        latest = now


def _with_separators(text):
    """A date such as 20240131, or with Chinese or Korean characters, with the separators of other dates."""
    compact = re.fullmatch(
        r"((?:19|20)\d\d)(\d\d)(?:(\d\d)(?:T(\d\d)(\d\d)(.*)|(\d\d)(?:(\d\d)(\d\d)?)?)?)?", text, re.A | re.I
    )
    if compact:
        year, month, day, hour, minute, rest, *digits = compact.groups()
        if hour:
            return f"{year}-{month}-{day} {hour}:{minute}{':' * rest[:1].isdigit()}{rest}"
        time = ":".join(part for part in digits if part)
        time += ":00" * (len(time) == 2)
        return "-".join(part for part in (year, month, day) if part) + f" {time}" * bool(time)
    month = re.fullmatch(r"(\d{4})M(\d\d)|(\d\d)\.(\d{4})", text, re.A | re.I)
    if month:
        return f"{month[1] or month[4]}-{month[2] or month[3]}"
    joined = re.fullmatch(r"(\d\d?)([a-z]+)(\d+)(?:[: ](\d\d?:.*))?", text, re.A | re.I)
    if joined:
        return " ".join(part for part in joined.groups() if part)
    quarter = re.fullmatch(r"(\d{4})[- /]?Q([1-4])|Q([1-4])[- /](\d{4})", text, re.A | re.I)
    if quarter:
        year, number = quarter[1] or quarter[4], int(quarter[2] or quarter[3])
        return f"{year}-{3 * number - 2}"
    week = re.fullmatch(r"(\d{4})-?W(\d\d)(?:-?([1-7]))?", text, re.A | re.I)
    if week:
        return datetime.date.fromisocalendar(int(week[1]), int(week[2]), int(week[3] or 1)).isoformat()
    if re.search("[\u5e74\ub144]", text):
        return re.sub(r"\s", "", text).translate(EAST_ASIAN).rstrip(" -:")
    return text if text.isascii() else text.lower().translate(ACCENTS)


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

    def months(word):
        word = word.lower()
        found = [
            i for i, names in enumerate(MONTHS, 1)
            if starts(names[:1], word) or word in names or len(word) == 3 and starts(names, word)
        ]
        return found if len(found) == 1 else []

    words = [word for word in re.split(r"[-/., ']+", text) if word and not starts(WEEKDAYS, word)]
    words = [word for word in words if word not in ("de", "del", "of")]
    place = [bool(months(word)) for word in words].index(True)
    month = months(name := words.pop(place))[0]
    if len(words) == 1:
        is_short = place == 0 and re.search("[-']", text) and starts(MONTHS[month - 1][:1], name)
        if len(words[0]) != 4 and not is_short or place > 1:
            raise ValueError
        return _year(words[0]), month, 1
    day, year = words
    if place == 1 and len(day) == 4:
        day, year = year, day
    if place > 1:
        raise ValueError
    return _year(year), month, _whole(re.sub("(?<=[0-9])(st|nd|rd|th|er)\\Z", "", day), 2)

"#;
