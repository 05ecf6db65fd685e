"""Compares the generated Python file with `nn-tui predict` on numbers as people write them, on other texts, and on rows
that are no data.

    python3 tests/interop/cells.py target/debug/nn-tui

compares nothing else, and needs no libraries.
"""

import csv
import gzip
import importlib.util
import io
import pathlib
import subprocess
import sys
import tempfile
import zipfile

# With a decimal point; the cells of the second list are refused.
POINT = [
    "5", "-5", "+5", ".5", "5.", "1e3", "-2.5E-2", " 7 ", "\u22123", "- 5",
    "1,000", "12,345,678.5", "1.234,5", "1'234.5", "1 234", "1\u202f234.5", "12,34,567.8", "1,00,000",
    "$5", "-$5", "$-5", "$+5", "$1e3", "$-2.0e-02", "1e3%", "2.8 %", "5\u2030", "EUR 5", "5eur", "chf 5", "5 Usd", "USD 5 $",
    "1,250.00 US$", "1,250.00 kr.", "5 R$", "5 A$", "HK$5", "5 HK$", "Rs. 1,234.5", "5 z\u0142", "5 K\u010d", "5 Ft",
    "(20)", "(1,234.50)", "(20)%", "(20 %)", "$(2,639.52)", "$ (2,514.14)", "($5)", "(1,432.09) \u20ac",
    "$ -", "$-", "- \u20ac", "kr -", "5.-", "5.--", "5.\u2013", "-1'250.-", "12.50-", "1,250-", "12.50 EUR-",
]
NO_POINT = [
    "(-20)", "(+20)", "-(5)", "+(5)", "((5))", "--5", "+-5", "-5.0-", "-$-5", "$(-20)", "(5", "5)", "5-", "5+", "18 -",
    "5 5", "1 00", "1 2", "100 USD 5", "USD 5 USD 5", "5 cm", "5 ft", "5more", "EURO 5", "\u20bf5", "\u0665", "\uff15", "1_000",
    "1,5", "12,34", "1,5,5", "1,23,45", "0,500", "1,5e3", "1,e+5", "1e0,001", "7,933e+02", "192.168.100.200", "1.2.3",
    "2024-01-31", "EUR", "$", "%", "-%", "--", "abc", "inf", "-inf", "1e999", "1e39", "$1e999", "5 %5", "e5", "1e", "1.0e-",
]
COMMA = [
    "5", "-5", "1,5", ",5", "7,933e+02", "-2,5E-2", "$1e3", "1.234", "1.234.567,5", "1.5", "1e3", "2,0 %", "1 234,5",
    "(3.030,76) \u20ac", "(1,5)", "\u20ac (1,5)", "\u20ac -", "1.250,00 kr.", "12.500,-", "5,\u2013", "3,5-", "chf 5,5", "1,234.5",
    "1.500.250.100", "1e3%",
]
NO_COMMA = [
    "(-1,5)", "-(1,5)", "(1,5", "5 5", "1,2,3", "1,5 5", "5 cm", "5-", "5+", "1.5e3 5", "192.168.100.200", "abc", "\u0665",
    "1.5e", "1.e+5,5", "1.5e3,5",
]


# Dates of one month and one day each.
DAYS = [
    "2024{:02}{:02}", "2024{:02}{:02}T1830", "2024{:02}{:02}183059", "2024\u5e74{}\u6708{}\u65e5", "2024/{}/{}",
    "2024 \u5e74 {:02} \u6708 {:02} \u53f7", "2024\u5e74{}\u6708{}\u65e5 18:30", "2024\ub144 {}\uc6d4 {}\uc77c",
    "2024\u5e74{}\u6708{}\u65e518\u65f630\u5206",
]


def trained(program, folder, name, delimiter, mark, sign):
    """Trains a model of numbers with this decimal mark, and a sign behind one; returns its file and the module generated
    from it."""
    rows = [f"{i - 200}.5{sign if i == 0 else ''},{3 * i - 300}.25" for i in range(400)]
    lines = [",".join("xy"), *rows]
    text = "\n".join([line.replace(",", delimiter).replace(".", mark) for line in lines]) + "\n"
    table = folder / f"{name}.csv"
    table.write_text(text)
    for ending in ["json", "py"]:
        command = [program, table, "--headless", "--hidden", "none", "--epochs", "3", "--export"]
        subprocess.run([*command, folder / f"{name}.{ending}"], check=True, capture_output=True)
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.DECIMAL_MARK == mark
    return folder / f"{name}.json", module


def predicted(program, model, table, delimiter, mark, cell):
    """Returns what `predict` predicts for a cell; None if it refuses the cell."""
    # The last row has the decimal mark of the training table for certain.
    rows = [["x", "y"], [cell, "1"], [f"0{mark}5", "1"]]
    with open(table, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    run = subprocess.run([program, "predict", model, table], capture_output=True, encoding="utf-8")
    if run.returncode:
        assert "line 2" in run.stderr and "column 1 (x)" in run.stderr, f"{cell!r}: {run.stderr}"
        return None
    return float(list(csv.reader(io.StringIO(run.stdout)))[1][2])


def python_reads_cells_as_predict(program, folder):
    count = 0
    for name, delimiter, mark, sign, read, refused in [
        ("point", ",", ".", "%", POINT, NO_POINT),
        ("comma", ";", ",", "%", COMMA, NO_COMMA),
        ("bare", ",", ".", "", ["0.2", "20", "$5", ""], ["20%", "2.8 %", "5\u2030", "(20)%"]),
    ]:
        model, module = trained(program, folder, name, delimiter, mark, sign)
        for cell in read + refused:
            expected = predicted(program, model, folder / "cell.csv", delimiter, mark, cell)
            try:
                found = module.predict({"x": cell})
            except ValueError as error:
                assert str(error).startswith('column "x": expected a '), f"{cell!r}: {error}"
                found = None
            assert (expected is not None) == (cell in read), f"{name}, {cell!r}: predict says {expected}"
            is_equal = found == expected or None not in (found, expected) and abs(found - expected) <= 1e-6 * max(1e3, abs(expected))
            assert is_equal, f"{name}, {cell!r}: {found} in Python, {expected} from predict"
            count += 1
    print(f"{count} cells read as predict reads them")


def python_reads_rows_as_predict(program, folder):
    """Compares the predictions of whole tables, with rows of units, totals and the like."""
    rows = [f"{i * 7 % 11}.5,{i % 5},{'kg'[i % 2]},{i * 7 % 11 > 5}\n" for i in range(40)]
    plain, half = "".join(rows), ["".join(rows[:20]), "".join(rows[20:])]
    text_first = "".join(f"{'NS'[i % 2]},{i * 7 % 11}.5,{i * 3 % 7}\n" for i in range(40))
    head = "a,b,c,kind\n"
    tables = [
        (40, head + plain + "Total,1,,\nAverage,2,,\n(40 rows)\nEOF\n"),
        (40, f"{head}cm,kg,,\n{half[0]}{head}cm,kg,,\n{half[1]}"),
        (40, f"{head}length,mass,,\n(cm),(kg),,\n{half[0]},,,\n{half[1]},,,\n"),
        (40, "a,b,c,kind,,\n" + plain),
        (40, head + "".join(row.replace("\n", ",\n") for row in rows)),
        (40, head + plain + "note,,,\n"),
        (40, head + plain + ",90,,Total\n"),
        (40, f"{head}(cm),(1),,(name)\n{plain}"),
        (40, "region,a,y\n" + text_first + "Grand total,2,60\n"),
        (41, "region,a,y\nTotal,1,2\n" + text_first.replace("N,", "Total,") + "\n"),
        (40, head + "".join(row.replace("\n", ",,\n" if i % 3 else "\n") for i, row in enumerate(rows))),
        (40, "when,strand,y\n" + "".join(f"{i % 9}.5,{'+-'[i % 3 % 2] if i % 7 else 'NA'},{i % 5}.5\n" for i in range(40))),
        (40, "Price,Close,High\nTicker,A,A\nDate,,\n" + "".join(f"{i % 9},{i % 7}.5,{i % 5}.5\n" for i in range(40))),
        *(
            (40, "day,y\n" + "".join(f"{day(i)},{i % 7}.5\n" for i in range(40)))
            for day in (
                lambda i: f"{2000 + i // 4}Q{i % 4 + 1}", lambda i: f"Q{i % 4 + 1} {2000 + i // 4}",
                lambda i: f"2009-W{i + 1:02}", lambda i: f"2010W{i + 1:02}-{i % 7 + 1}", lambda i: f"{i % 24:02}:{i:02}",
            )
        ),
        *(
            (40, "day,y\n" + "".join(f"{day.format(i % 12 + 1, i % 28 + 1)},{i % 7}.5\n" for i in range(40)))
            for day in DAYS
        ),
    ]
    for number, (count, text) in enumerate(tables):
        table = folder / f"rows{number}.csv"
        table.write_text(text)
        for ending in ["json", "py"]:
            command = [program, table, "--headless", "--epochs", "3", "--export", folder / f"rows{number}.{ending}"]
            subprocess.run(command, check=True, capture_output=True)
        commands = [
            [program, "predict", folder / f"rows{number}.json", table],
            [sys.executable, folder / f"rows{number}.py", table],
        ]
        ours, theirs = [
            list(csv.reader(io.StringIO(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout)))[1:]
            for command in commands
        ]
        assert len(ours) == len(theirs) == count, f"{len(ours)} and {len(theirs)} rows of {text}"
        width = len(text.split("\n")[0].rstrip(",").split(","))
        for own, their in zip(ours, theirs):
            for a, b in zip(own[width:], their[width:], strict=True):
                assert a == b or abs(float(a) - float(b)) < 1e-5, f"{own} {their}"
    print(f"{len(tables)} tables have the rows that predict finds")


def programs_read_delimiters_as_predict(program, folder):
    """Compares Python and C with `predict` on tables with the delimiter of the training table, and with commas."""
    lines = ["a,b,kind", *(f"{i * 7 % 11}.5,{i % 5},{'pq'[i * 7 % 11 > 5]}" for i in range(40))]
    delimiters = {"semicolon": ";", "tab": "\t", "bar": "|", "blanks": "  ", "comma": ","}
    delimiters |= {"quoted": '", "', "quoted-semicolon": '";  "'}
    for name, delimiter in delimiters.items():
        model = folder / f"by-{name}"
        for other in [delimiter, ","]:
            table = folder / "delimited.csv"
            quote = '"' if '"' in other else ""
            table.write_text("\n".join(quote + line.replace(",", other) + quote for line in lines) + "\n")
            if other == delimiter:
                for ending in ["json", "py", "c"]:
                    command = [program, table, "--headless", "--epochs", "3", "--force", "--export", f"{model}.{ending}"]
                    subprocess.run(command, check=True, capture_output=True)
                subprocess.run(["cc", "-o", f"{model}-c", f"{model}.c", "-lm"], check=True)
            commands = [[program, "predict", f"{model}.json", table], [sys.executable, f"{model}.py", table]]
            # C splits at single characters.
            commands += [[f"{model}-c"]] if other != "  " else []
            said = []
            for command in commands:
                with open(table, "rb") as content:
                    run = subprocess.run(command, stdin=content, check=True, capture_output=True)
                said.append([row[:4] for row in csv.reader(io.StringIO(run.stdout.decode()))])
            assert len(said[0]) == len(lines) and all(one == said[0] for one in said), f"{name}, {other!r}"
    print(f"{len(delimiters)} delimiters are read")


def programs_read_files_as_predict(program, folder):
    """Compares Python with `predict` on packed tables and those without a header, and C on rows with empty cells behind."""
    lines = [f"{i * 7 % 11}.5,{i % 5},{'pq'[i * 7 % 11 > 5]}\n" for i in range(40)]
    named, bare = "a,b,kind\n" + "".join(lines), "".join(lines)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("README.md", "# A table")
        archive.writestr("t.csv", named)
    padded = named.replace("p\n", "p,,\n").encode()
    files = {"named.csv": named.encode(), "t.csv.gz": gzip.compress(named.encode()), "t.zip": packed.getvalue()}
    files |= {"padded.csv": padded, "bare.csv": bare.encode()}
    files["new.csv"] = "".join(line[:-3] + "\n" for line in lines).encode()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    for name, others in {"named": ["named.csv", "t.csv.gz", "t.zip", "padded.csv"], "bare": ["bare.csv", "new.csv"]}.items():
        for ending in ["json", "py", "c"]:
            command = [program, folder / f"{name}.csv", "--headless", "--epochs", "3", "--export", folder / f"of-{name}.{ending}"]
            subprocess.run(command, check=True, capture_output=True)
        for other in others:
            commands = [
                [program, "predict", folder / f"of-{name}.json", folder / other],
                [sys.executable, folder / f"of-{name}.py", folder / other],
            ]
            ours, theirs = [subprocess.run(it, check=True, capture_output=True, text=True).stdout for it in commands]
            labels = [[row[-3] for row in csv.reader(io.StringIO(said))][1:] for said in (ours, theirs)]
            assert len(labels[0]) == 40 and labels[0] == labels[1], other
    subprocess.run(["cc", "-o", folder / "of-named", folder / "of-named.c", "-lm"], check=True)
    said = [subprocess.run([folder / "of-named"], input=files[name], check=True, capture_output=True).stdout for name in ("named.csv", "padded.csv")]
    assert said[0] == said[1]
    print(f"{len(files)} files are read")


def python_reads_tables_of_spreadsheets(program, folder):
    """Compares Python with `predict` on the raw table that the model was trained on, which has more than rows."""
    rows = [f"{i * 7 % 11}.5,{i % 5},{'pq'[i * 7 % 11 > 5]}" for i in range(40)]
    named = "\n".join(["a,b,kind", *rows, ""])
    months = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()
    sums = [sum(float(row.split(",")[place]) for row in rows[:20]) for place in (0, 1)]
    regions = ["region,a,b,kind", *(f"North,{row}" for row in rows[:20]), f"North Total,{sums[0]},{sums[1]},"]
    regions += [f"South,{row}" for row in rows[:20]] + [f"South Total,{sums[0]},{sums[1]},", ""]
    objects = [dict(zip(["a", "b", "kind"], row.split(","))) for row in rows]
    tables = {
        "separator": "sep=;\n" + named.replace(",", ";"),
        "preamble": "Report of today\nDevice 7\n\n" + named,
        "utf-16": named.encode("utf-16"),
        "utf-16le": named.encode("utf-16-le"),
        "utf-16be": named.encode("utf-16-be"),
        "lines.jsonl": "".join(f'{{"a": {row["a"]}, "b": {row["b"]}, "kind": "{row["kind"]}"}}\n' for row in objects),
        "units": named.replace(".5,", ".5 km/h,"),
        "totals": "\n".join(regions),
        "legend": named + "\nCode,Meaning\np,small\n",
        "source": named + 'Source: "Office"\nNote: one, two\n',
        "types": named.replace("kind\n", "kind\ncontinuous,continuous,discrete\n,,class\n", 1),
        "letters": named.replace("kind\n", "kind\nc,c,d\n", 1),
        "months": "day;sales\n" + "".join(f"{i % 28 + 1} {months[i % 12]} {2010 + i // 12};{i % 12}.5\n" for i in range(96)),
    }
    for name, content in tables.items():
        table = folder / (name if "." in name else f"{name}.csv")
        table.write_bytes(content if isinstance(content, bytes) else content.encode())
        for ending in ["json", "py"]:
            command = [program, table, "--headless", "--epochs", "3", "--export", folder / f"sheet-{name}.{ending}"]
            subprocess.run(command, check=True, capture_output=True)
        commands = [
            [program, "predict", folder / f"sheet-{name}.json", table],
            [sys.executable, "-I", folder / f"sheet-{name}.py", table],
        ]
        ours, theirs = [subprocess.run(it, check=True, capture_output=True, text=True).stdout for it in commands]
        place = next(csv.reader(io.StringIO(ours))).index("predicted sales" if name == "months" else "predicted kind")
        found = [[row[place] for row in csv.reader(io.StringIO(said))][1:] for said in (ours, theirs)]
        if name == "months":
            found = [[round(float(number), 3) for number in column] for column in found]
        assert len(found[0]) in (40, 96) and found[0] == found[1], name
    print(f"{len(tables)} tables of spreadsheets are read")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        program, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(folder)
        python_reads_cells_as_predict(program, folder)
        python_reads_rows_as_predict(program, folder)
        programs_read_delimiters_as_predict(program, folder)
        programs_read_files_as_predict(program, folder)
        python_reads_tables_of_spreadsheets(program, folder)
