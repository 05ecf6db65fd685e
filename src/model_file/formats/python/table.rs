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
    made = _made_names(path, lines[0][1]) if lines else None
    header, rows = (made, lines) if made else (lines[0][1] if lines else [], lines[1:])
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
    if rows and all(re.fullmatch("[-=+:]{2,}", cell) for cell in cells[rows[0][0]]):
        known.append(cells[rows[0][0]])
    for count in range(1, 4):
        units, below = [cells[line] for line, _ in rows[:count]], [cells[line] for line, _ in rows[count:]]
        below = [row for row in below if row not in units and _total(row) is None]
        number = [len(below) > 2 and _are_numbers(column) for column in zip(*below)]
        over = [[cell for cell in itertools.compress(row, number) if not _missing(cell, MISSING_NUMBERS)] for row in units]
        texts = [bool(row) and not any(map(_is_number, row)) for row in over]
        alone = [bool(row[0]) and not _is_number(row[0]) and not any(row[1:]) for row in units]
        has_names = any(is_text and not is_alone for is_text, is_alone in zip(texts, alone))
        named = [has_names and is_alone for is_alone in alone]
        if all(map(max, texts, named)) and any(name or _are_units(row) for name, row in zip(named, over)):
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


def _are_units(cells):
    """Whether texts over numbers are units, types or dashes, in brackets or in at least two columns."""
    certain = [
        re.fullmatch(r"[(\[{].*[)\]}]", cell) and not _is_number(cell) or re.fullmatch("[-=+:]{2,}", cell)
        or cell.lower() in NUMBER_TYPES
        for cell in cells
    ]
    units = [[part for part in re.split(r"[0-9/*^. \u00b7\u00b2\u00b3-]", cell) if part] for cell in cells]
    are_known = [sure or parts and all(part in COLUMN_UNITS for part in parts) for sure, parts in zip(certain, units)]
    return all(are_known) and (len(cells) > 1 or any(certain))


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
    if ROW_ORDER and ROW_ORDER[0] in places:
        _check_order(path, ROW_ORDER[0], [(line, row[places[ROW_ORDER[0]]]) for line, row in rows])
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
