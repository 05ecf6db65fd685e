"""Models to compare: how each is trained, and the raw rows it predicts."""

import csv
import datetime
import math
import random
import subprocess

IRIS = ["sepal length", "sepal width", "petal length", "petal width"]


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return path


def mixed(path, seed, target, unknown=False):
    """Writes numbers, categories and booleans with missing values, and a target that depends on all.

    With `unknown`, the rows are for prediction only: columns in another order, one more column,
    unknown categories and no target.
    """
    draw = random.Random(seed)
    rows = []
    for i in range(600):
        age, far = draw.uniform(18, 90), 16_777_000 + draw.randrange(200)
        colour = draw.choice(["red", "green", "blue, or so", 'a "dark" one'])
        smoker = draw.choice(["yes", "no"])
        score = age / 40 + (far - 16_777_000) / 100 + len(colour) / 5 + 2 * (smoker == "yes")
        if target == "kind":
            value = ["low", "middle", "high"][min(2, int(score / 2.2))]
        else:
            value = f"{250_000 + 40_000 * score + draw.gauss(0, 5_000):.2f}"
        age, far = f"{age:.2f}", str(far)
        # In different rows, so that no row misses all.
        if i % 11 == 3:
            age = draw.choice(["", "NA", "?"])
        if i % 13 == 5:
            colour = draw.choice(["", "n/a", "None"])
        if i % 17 == 7:
            smoker = "-"
        if unknown and i % 7 == 0:
            colour = "purple"
        # More towns than categories with an input of their own.
        town = f"town {draw.randrange(130)}"
        rows.append([age, colour, far, smoker, town, value])
    header = ["age", "colour", "far", "smoker", "town", target]
    if unknown:
        order = [3, 2, 0, 4, 1]
        rows = [["note", *[row[i] for i in order]] for row in rows]
        header = ["remark", *[header[i] for i in order]]
    return write(path, header, rows)


def texts(path):
    """Writes categories and booleans only; classes whose names are hard to quote."""
    draw = random.Random(4)
    rows = []
    for _ in range(200):
        size, wet = draw.choice(["S", "M", "L"]), draw.choice(["true", "false"])
        name = 'it\'s "dry"' if wet == "false" else "wet, \\ or so"
        rows.append([size, wet, "grün" if size == "L" and wet == "true" else name])
    return write(path, ["size", "wet", "state"], rows)


def unusual_texts(path):
    """Writes texts with line breaks, tabs, invisible letters and blanks around them."""
    draw = random.Random(5)
    places = ["a\nb", "a\r\nb", "a\tb", "\u0646\u0647\u200c\u0627", "soft\u00adhyphen", "zw\u200dj", "\u202eright"]
    places += ["(a.b)*", "[x]\\d", "None", "\u00a0York", "York ", " York", "\u3000Bonn"]
    rows = []
    for i in range(300):
        place, wet = draw.choice(places), draw.choice([" yes", "No ", "n/a", "None"])
        kind = "two\nlines" if place in places[:7] else "tab\there" if "yes" in wet else "z\u200c"
        rows.append([place, wet, 5_500_000 + draw.randrange(10_000) / 100, kind])
    return write(path, ["the\nplace", " wet", "north", "kind"], rows)


def signs(path):
    """Writes a category that is a missing value elsewhere, beside missing ones."""
    draw = random.Random(8)
    rows = []
    for _ in range(200):
        strand, start = draw.choice(["+", "-", "+/-", "NA", ""]), draw.uniform(0, 5)
        rows.append([f"{start:.2f}", strand, "anti" if strand == "-" or start > 4 else "sense"])
    return write(path, ["start", "strand", "type"], rows)


def dates(path):
    """Writes dates in several formats, with missing ones, and a target that depends on their parts."""
    draw = random.Random(6)
    rows = []
    for _ in range(400):
        day = datetime.datetime(2015, 1, 1) + datetime.timedelta(minutes=draw.randrange(2_000_000))
        angle = 2 * math.pi * (day.hour + day.minute / 60) / 24
        value = day.year - 2015 + 2 * math.sin(angle) + (day.weekday() > 4) + day.month / 6
        usual = ["%Y-%m-%dT%H:%M:%SZ", "%Y/%m/%d %H:%M", "%d/%m/%Y %I:%M %p", "%d %b %Y, %H:%M", "%B %d, %Y %H:%M"]
        text = day.strftime(draw.choice(usual)) if draw.random() > 0.05 else draw.choice(["", "NA"])
        rows.append([draw.choice(["red", "blue"]), text, draw.randrange(3), f"{value:.3f}"])
    return write(path, ["colour", "day", "n", "value"], rows)


def series(path):
    """Writes a time series far from 0, with missing targets."""
    draw = random.Random(7)
    rows = []
    for i in range(200):
        value = 1e9 + 3 * math.sin(i / 3) + 0.1 * i + draw.gauss(0, 0.1)
        month = datetime.date(2000 + i // 12, i % 12 + 1, 1)
        rows.append([month.strftime("%Y-%m"), "" if i % 50 == 49 else f"{value:.3f}"])
    return write(path, ["month", "level"], rows)


def choices(program, option):
    """Lists the values of an option, except auto, from the error about another value."""
    said = subprocess.run([program, f"--{option}", "?"], capture_output=True, text=True).stderr
    values = said.split("[possible values: ")[1].split("]")[0].split(", ")
    return [value for value in values if value != "auto"]


def models(program, folder):
    """Lists name, training arguments and table to predict of each model.

    Every activation and output that the program offers is among them.
    """
    draw = random.Random(0)
    flowers = [[f"{draw.uniform(0.1, 8):.2f}" for _ in IRIS] for _ in range(150)]
    flowers = write(folder / "flowers.csv", IRIS, flowers)
    kinds = mixed(folder / "kinds.csv", 1, "kind")
    prices = mixed(folder / "prices.csv", 2, "price")
    new = mixed(folder / "new.csv", 3, "kind", unknown=True)
    points = [[draw.uniform(-2, 2) for _ in range(2)] for _ in range(200)]
    points = [[f"{x:.3f}", f"{y:.3f}", f"{1 / (1 + math.exp(x - y)):.4f}"] for x, y in points]
    shares = write(folder / "shares.csv", ["x", "y", "share"], points)
    cancer = "datasets/breast-cancer.csv"
    binary = ["--output", "sigmoid", "--loss", "cross-entropy"]
    states = texts(folder / "states.csv")
    cases = ["zwnj_feature", "multiline_feature", "excel_header_newline", "space_feature"]
    cases += ["offset_1e9", "epoch_ms", "offset_target", "none_small", "label_mixed_float"]
    cases = [(case, f"tests/data/cases/{case}.csv") for case in cases]
    unusual, strands = unusual_texts(folder / "unusual.csv"), signs(folder / "strands.csv")
    days, levels = dates(folder / "days.csv"), series(folder / "levels.csv")
    monthly = "tests/data/cases/monthly.csv"
    zero_is_missing = ["--missing-values", "0,NA"]
    quick = ["iris", "--epochs", "10", "--hidden", "7"]
    functions = [
        (f"{option} {value}", [*quick, f"--{option}", value], flowers)
        for option in ["activation", "output"]
        for value in choices(program, option)
    ]
    return [
        *functions,
        ("iris", ["iris", "--epochs", "30"], flowers),
        ("binary", ["iris", "--epochs", "30", *binary], flowers),
        ("single-output", ["breast-cancer", "--epochs", "5", "--outputs", "1"], cancer),
        ("fraction", [shares, "--epochs", "20", "--output", "sigmoid"], shares),
        ("no-hidden", ["iris", "--epochs", "30", "--hidden", "none"], flowers),
        ("two-classes", ["breast-cancer", "--epochs", "5"], cancer),
        ("digits", ["digits", "--epochs", "5"], "datasets/digits.csv"),
        ("mixed", [kinds, "--epochs", "20"], new),
        ("texts", [states, "--epochs", "20"], states),
        ("unusual-texts", [unusual, "--epochs", "20"], unusual),
        ("signs", [strands, "--epochs", "20"], strands),
        *[(case, [table, "--epochs", "20"], table) for case, table in cases],
        ("dates", [days, "--epochs", "20", "--dates", "parts"], days),
        ("dates-and-0", [days, "--epochs", "5", "--dates", "parts", *zero_is_missing], days),
        ("monthly", [monthly, "--epochs", "100"], monthly),
        ("lags", [levels, "--epochs", "20", "--lags", "3"], levels),
        ("monthly-lags", [monthly, "--epochs", "20", "--lags", "12"], monthly),
        ("regression", [prices, "--epochs", "20"], new),
        ("sigmoid-regression", [prices, "--epochs", "5", "--activation", "sigmoid"], new),
    ]
