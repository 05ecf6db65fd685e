//! Reader of tables and command line of a generated Python file.

/// Reader of compressed files.
pub(super) const UNPACKED: &str = r#"

def _unpacked(path, content):
    """The text in a file that may be compressed with gzip, or be a zip archive of one table."""
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        sys.exit(f"{path}: it is compressed with zstd; decompress it first: zstd -d FILE")
    if not content.startswith(b"PK\x03\x04"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
        tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".tab", ".psv", ".data"))]
        if len(tables) == 1 or len(names) == 1:
            return archive.read((tables if len(tables) == 1 else names)[0])
    sys.exit(f"{path}: expected a table, or a zip archive with a single one; save it as CSV, or extract it first")
"#;

/// Reader of tables and command line.
pub(super) const MAIN: &str = r#"

def _table(path):
    """The header of a CSV, and its rows as pairs of line and cells, all as wide as the header."""
    with open(path, "rb") as file:
        content = _unpacked(path, file.read())
    text = _decoded(content)
    if text.lstrip().startswith("{"):
        return _json_lines(path, text)
    if re.match(r"\s*(%.*\s+)*@relation\b", text, re.I):
        sys.exit(f"{path}: it is in ARFF; save the table as CSV, or as JSON lines, first")
    csv.field_size_limit(1 << 30)
    text, delimiter, above = _without_lines_above(text)
    has_spaced_quotes = QUOTE is not None and re.search(re.escape(delimiter) + " +" + re.escape(QUOTE), text) is not None

    def records(strict):
        quoting = csv.QUOTE_MINIMAL if QUOTE else csv.QUOTE_NONE
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter, quotechar=QUOTE, quoting=quoting,
            skipinitialspace=delimiter == " " or has_spaced_quotes, strict=strict,
        )
        rows = [(reader.line_num + above, row) for row in reader if len(row) > 1 or row and row[0].strip(BLANKS)]
        return [(line, row) for line, row in rows if not (COMMENT and row[0].startswith(COMMENT))]

    try:
        lines = records(True)
    except csv.Error as error:
        if "end of data" in str(error):
            sys.exit(f"{path}: a quote is not closed")
        lines = records(False)
    made = _made_names(path, lines[0][1]) if lines else None
    header, rows = (made, lines) if made else (lines[0][1] if lines else [], lines[1:])
    rows = _without_lines_below(header, rows)
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


def _decoded(content):
    """The text of a table in UTF-8, UTF-16, with a byte order mark or not, or Windows-1252; lines end in line feeds."""
    text = _text(content)
    return text if "\n" in text else text.replace("\r", "\n")


def _text(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    zeros = [content[start : 1 << 16 : 2].count(0) for start in (0, 1)]
    if zeros[0] != zeros[1]:
        return content.decode("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _json_lines(path, text):
    """The keys of all objects of JSON lines, and a row for each object; numbers keep their digits."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        constant = lambda word: "" if word == "NaN" else word
        read = {"parse_float": str, "parse_int": str, "parse_constant": constant}
        objects = [(number, json.loads(line, **read)) for number, line in lines]
        header = list(dict.fromkeys(key for _, members in objects for key in members))
    except (ValueError, TypeError):
        sys.exit(f"{path}: expected a JSON object on each line; save the table as CSV, or as JSON lines, first")
    words = {None: "", True: "true", False: "false"}
    rows = [(number, [members.get(key) for key in header]) for number, members in objects]
    if any(isinstance(value, (dict, list)) for _, row in rows for value in row):
        sys.exit(f"{path}: a value is an object or a list; give its parts keys of their own first")
    return header, [(number, [words.get(value, value) for value in row]) for number, row in rows]


def _without_lines_above(text):
    """The text from the first line on that has all names, which may be below others; its delimiter; the lines above."""
    needed = {TARGET if column[1] == "lag" else column[0] for column in COLUMNS}
    lines = text.split("\n")
    # A table may be separated by commas, whatever the training table was.
    for delimiter in dict.fromkeys([DELIMITER, ","]):
        spaced = [line.replace("\t", " ").strip(" ") if delimiter == " " else line for line in lines]
        for above, line in enumerate(spaced[:10000]):
            names = next(csv.reader([line], delimiter=delimiter, quotechar=QUOTE or '"', skipinitialspace=True), [])
            if needed.issubset(_names(names)):
                return "\n".join(spaced[above:]), delimiter, above
    start = lines[0].replace("\t", "\t" if DELIMITER == "\t" else " ").strip(" ")
    delimiter = DELIMITER if DELIMITER in start else ","
    if delimiter == " ":
        lines = [line.replace("\t", " ").strip(" ") for line in lines]
    return "\n".join(lines), delimiter, 0


def _without_lines_below(header, rows):
    """The rows but for text below the table, and for narrower rows behind an empty line."""
    width, first = min([len(header), *(len(row) for _, row in rows[:1])]), len(rows)
    while len(header) > 1 and first and (len(rows[first - 1][1]) < width or _is_footer(rows[first - 1][1])):
        first -= 1
    for place in range(first, len(rows)):
        line, row = rows[place]
        start = line - sum(cell.count("\n") for cell in row)
        if _is_footer(row) or place > 1 and start > rows[place - 1][0] + 1:
            return rows[:place]
    return rows


def _made_names(path, first):
    """Names of the columns if neither the training table nor this one, whose first row is given, has any."""
    needed = {TARGET, *(column[0] for column in COLUMNS if column[1] != "lag")}
    made = [f"c{place + 1}" for place in range(WIDTH)]
    if needed.intersection(_names(first)) or not needed.issubset(made):
        return None
    if len(first) == WIDTH - 1:
        made.remove(TARGET)
    if len(first) != len(made):
        sys.exit(f"{path}: the file has no header and {len(first)} columns; "
                 f"the model was trained on {WIDTH - 1} feature columns, with or without the target")
    return made


def _data(header, rows):
    """The rows without those that repeat the header, those of units below it, of totals and of empty cells."""
    cells = {line: [cell.strip(BLANKS) for cell in row] for line, row in rows}
    known = [[cell.strip(BLANKS) for cell in header]]
    rows = [(line, row) for line, row in rows if cells[line] not in known and any(cells[line])]
    above = bool(rows) and all(re.fullmatch("[-=+:]{2,}", cell) for cell in cells[rows[0][0]])
    for count in range(1, 4):
        units, below = [cells[line] for line, _ in rows[:count]], [cells[line] for line, _ in rows[count:]]
        below = [row for row in below if row not in units and _total(row) is None]
        number = [len(below) > 2 and _are_numbers(column) for column in zip(*below)]
        # The unit of one, beside others in parentheses, is none.
        ones = [["(1)"] if any(map(_is_bracketed, row)) else [] for row in units]
        over = [
            [cell for cell in itertools.compress(row, number) if not _missing(cell, MISSING_NUMBERS) and cell not in one]
            for row, one in zip(units, ones)
        ]
        texts = [bool(row) and not any(map(_is_number, row)) for row in over]
        alone = [bool(row[0]) and not _is_number(row[0]) and not any(row[1:]) for row in units]
        has_names = any(is_text and not is_alone for is_text, is_alone in zip(texts, alone))
        named = [has_names and is_alone for is_alone in alone]
        if all(map(max, texts, named)) and any(name or _are_units(row) for name, row in zip(named, over)):
            above = count
            break
    while above < 3 and _are_types([cells[line] for line, _ in rows[above:]], above > 0):
        above += 1
    known += [cells[line] for line, _ in rows[:above]]
    rows = [(line, row) for line, row in rows if cells[line] not in known]
    mostly = [2 * sum(map(_is_number, column)) > len(rows) for column in zip(*(row for _, row in rows))]
    is_data = [
        _total(row) is None or not mostly[_total(row)] and _total_name(row) not in SUBTOTALS for _, row in rows
    ]
    rows = [row for row, is_kept in zip(rows, is_data) if is_kept]
    certain = _total_columns([row for _, row in rows], mostly)
    rows = [row for row in rows if not any(_names_total(row[1][place]) for place in certain)]
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


def _are_units(cells):
    """Whether texts over numbers are units, types or dashes, in brackets or in at least two columns."""
    certain = [
        _is_bracketed(cell) or re.fullmatch("[-=+:]{2,}", cell)
        or _is_type(cell, NUMBER_TYPES)
        for cell in cells
    ]
    units = [[part for part in re.split(r"[0-9/*^. \u00b7\u00b2\u00b3-]", cell) if part] for cell in cells]
    are_known = [sure or parts and all(part in COLUMN_UNITS for part in parts) for sure, parts in zip(certain, units)]
    return all(are_known) and (len(cells) > 1 or any(certain))


def _is_bracketed(cell):
    return bool(re.fullmatch(r"[(\[{].*[)\]}]", cell)) and not _is_number(cell)


def _is_type(cell, types):
    return cell.lstrip("<").rstrip(">").partition("(")[0].lower() in types


def _are_types(rows, has_above):
    """Whether the first of some rows has only names of types, which do not come again below."""
    if len(rows) < 4:
        return False
    named = [place for place, cell in enumerate(rows[0]) if cell]
    below = list(zip(*rows[1:201]))
    return (
        len(named) > (not has_above)
        and all(_is_type(rows[0][place], NUMBER_TYPES | OTHER_TYPES) for place in named)
        and any(has_above or len(rows[0][place]) > 1 or any(map(_is_number, below[place])) for place in named)
        and not any(rows[0][place] in below[place] for place in named)
    )


def _total_columns(rows, numeric):
    """The columns of text in which every name of totals is beside the sums, or means, of rows above."""
    # As many rows and columns as nn-tui looks at.
    numbers, rows = [place for place, is_numeric in enumerate(numeric) if is_numeric][:16], rows[:1000]

    def named(row):
        return next((place for place, cell in enumerate(row) if not numeric[place] and _names_total(cell)), None)

    def is_near(own, sum):
        return abs(own - sum) <= 1e-4 * abs(own)

    totals = [named(row) for row in rows]
    if not any(place is not None for place in totals):
        return []
    values = [[_parsed(row[place]) if _is_number(row[place]) else None for place in numbers] for row in rows]

    def agreeing_digits(row):
        found = []
        for is_start in (lambda total: total is not None, lambda total: total == totals[row], lambda total: False):
            start = max((i for i in range(row) if is_start(totals[i])), default=0)
            data = [values[i] for i in range(start, row) if totals[i] is None]
            own = [(value, math.fsum(other[i] or 0.0 for other in data)) for i, value in enumerate(values[row]) if value is not None]
            near = [value for value, sum in own if data and value and (is_near(value, sum) or is_near(value, sum / len(data)))]
            if near and 2 * len(near) >= len(own):
                digits = [re.sub("[^0-9]", "", f"{abs(value):.15g}").strip("0") for value in near]
                found.append(sum(map(len, digits)) if len(data) > 1 else 0)
        return max(found, default=None)

    digits = {}
    for row, place in enumerate(totals):
        if place is not None:
            digits.setdefault(place, []).append(agreeing_digits(row))
    return [place for place, counts in digits.items() if None not in counts and sum(counts) > 3]


def _names_total(cell):
    """Whether a text begins or ends with the name of totals."""
    text = cell.strip(BLANKS).rstrip(": ")
    first, last = text.partition(" ")[0], text.rpartition(" ")[2]
    unspaced = tuple(name for name in TOTALS if min(name) >= "\u3000")
    names = [name.rstrip(": ").lower() for name in (text, first, last)]
    return len(text.encode()) <= 80 and (any(name in TOTALS for name in names) or text.endswith(unspaced))


def _are_numbers(column):
    cells = [cell for cell in column if not _missing(cell, MISSING_NUMBERS)]
    return bool(cells) and all(map(_is_number, cells))


def _is_footer(row):
    """Whether a row is a text such as (60 rows), EOF or a line of dashes."""
    if DELIMITER == " " and re.fullmatch(
        r"\(?\d+ rows?( affected| selected| returned| fetched| in set)?\)?\.?", " ".join(row).strip(), re.A
    ):
        return True
    text = row[0].strip(BLANKS)
    is_text = re.search(r"^\(|\s|:$", text) or text.lower() in ("eof", "end", "<eof>") or not re.search(r"[^\W_]", text)
    return len(row) == 1 and bool(is_text) and text[:1] not in ('#', '%') and not _is_number(text)


def _first(row):
    """The column of the first filled cell, or behind an empty cell of the first text; None if there is none."""
    filled = [place for place, cell in enumerate(row) if cell.strip(BLANKS)]
    if filled and filled[0] > 0:
        filled = [place for place in filled if not _is_number(row[place])]
    return next(iter(filled), None)


def _total(row):
    """The column of the first filled cell if it is the name of a row of totals, or None."""
    return _first(row) if _total_name(row) in TOTALS else None


def _total_name(row):
    """The first filled cell as the names of totals are written."""
    place = _first(row)
    return "" if place is None else row[place].strip(BLANKS).rstrip(": ").lower()


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
        _check_points(path, name, [_bare(row[places[name]], IN_UNITS.get(name)) for _, row in rows])
    if ROW_ORDER and ROW_ORDER[0] in places:
        _check_order(path, ROW_ORDER[0], [(line, row[places[ROW_ORDER[0]]]) for line, row in rows])
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow([*header, f"predicted {TARGET}", *added])
    without_history, unread = 0, 0
    for i, (line, row) in enumerate(rows):
        values = {column[0]: row[places[column[0]]] for column in COLUMNS if column[0] not in lags}
        for name, lag in lags.items():
            values[name] = _bare(rows[i - lag][1][places[TARGET]], IN_UNITS.get(TARGET)) if i >= lag else None
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
