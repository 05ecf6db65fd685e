//! Parts of a generated C file that do not depend on the model.

/// Operators of ONNX: name, function or infix operator in C, and definition.
pub(super) const OPERATORS: &[(&str, &str, &str)] = &[
    ("Add", "+", ""),
    ("Mul", "*", ""),
    ("Erf", "erf", ""),
    ("Tanh", "tanh", ""),
    (
        "Relu",
        "relu",
        "
static double relu(double z)
{
    return z > 0.0 ? z : 0.0;
}
",
    ),
    (
        "LeakyRelu",
        "leaky_relu",
        "
static double leaky_relu(double z, double alpha)
{
    return z > 0.0 ? z : alpha * z;
}
",
    ),
    (
        "Elu",
        "elu",
        "
static double elu(double z, double alpha)
{
    return z > 0.0 ? z : alpha * expm1(z);
}
",
    ),
    (
        "Sigmoid",
        "sigmoid",
        "
static double sigmoid(double z)
{
    return 1.0 / (1.0 + exp(-z));
}
",
    ),
    (
        "Softplus",
        "softplus",
        "
static double softplus(double z)
{
    return (z > 0.0 ? z : 0.0) + log1p(exp(-fabs(z)));
}
",
    ),
    (
        "Softmax",
        "softmax",
        "
/* The largest is subtracted first, so that no power overflows. */
static void softmax(float *a, int count)
{
    float largest = a[0];
    double sum = 0.0;
    int i;
    for (i = 1; i < count; i++)
        if (a[i] > largest)
            largest = a[i];
    for (i = 0; i < count; i++)
        sum += exp((double)a[i] - largest);
    for (i = 0; i < count; i++)
        a[i] = (float)(exp((double)a[i] - largest) / sum);
}
",
    ),
];

pub(super) const HEAD: &str = r#"/*
 * C99; needs nothing but the standard library.
 *
 *     cc -std=c99 -O2 -o predict FILE.c -lm
 *     ./predict < table.csv     a CSV with a header in, the same with predictions out
 *                               (commas between cells, UTF-8)
 *
 * In another program: compile it with -DMODEL_NO_MAIN and declare one of
 *
 *     const char *model_predict(const double *numbers, const char *const *texts);   (a class)
 *     double model_predict(const double *numbers, const char *const *texts);        (a number)
 *     void model_outputs(const double *numbers, const char *const *texts, float *outputs);
 *
 * `numbers` are in the order of model_number_names, NAN where missing; `texts` are in the order of model_text_names,
 * "" where missing.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

"#;

pub(super) const IS_MISSING: &str = r#"
/* Bytes of the blank at the start of a text; 0 if there is none. */
static int blank(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    if ((c[0] >= 9 && c[0] <= 13) || c[0] == ' ')
        return 1;
    if (c[0] == 0xc2 && (c[1] == 0x85 || c[1] == 0xa0))
        return 2;
    if (c[0] == 0xe1 && c[1] == 0x9a && c[2] == 0x80)
        return 3;
    if (c[0] == 0xe2 && c[1] == 0x80)
        return (c[2] >= 0x80 && c[2] <= 0x8a) || c[2] == 0xa8 || c[2] == 0xa9 || c[2] == 0xaf ? 3 : 0;
    if (c[0] == 0xe2 && c[1] == 0x81)
        return c[2] == 0x9f ? 3 : 0;
    return c[0] == 0xe3 && c[1] == 0x80 && c[2] == 0x80 ? 3 : 0;
}

/* The text without the blanks around it: where it begins, and its length. */
static const char *trimmed(const char *text, size_t *length)
{
    const char *at, *end;
    while (blank(text))
        text += blank(text);
    for (at = end = text; *at != '\0';) {
        if (blank(at)) {
            at += blank(at);
        } else {
            end = ++at;
        }
    }
    *length = (size_t)(end - text);
    return text;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether a text is empty or one of `words`, which are in lower case. */
static int is_missing(const char *text, const char *const *words)
{
    size_t length, i;
    text = trimmed(text, &length);
    for (; length > 0 && *words != NULL; words++) {
        for (i = 0; i < length && lower(text[i]) == (*words)[i]; i++)
            ;
        if (i == length && (*words)[i] == '\0')
            return 1;
    }
    return length == 0;
}
"#;

pub(super) const PLACE_OF: &str = r#"
/* Place of a text in a list, or the length of the list. */
static int place_of(const char *text, const char *const *list)
{
    size_t length;
    int i;
    text = trimmed(text, &length);
    for (i = 0; list[i] != NULL; i++)
        if (strlen(list[i]) == length && memcmp(list[i], text, length) == 0)
            break;
    return i;
}
"#;

pub(super) const ONE_HOT: &str = r#"
/* 1 in the place of a text among `values`, or in one behind them for any other text. */
static void one_hot(const char *text, const char *const *values, int fill, float *x, int width)
{
    int place = place_of(text, values), i;
    if (values[place] == NULL && is_missing(text, MISSING_TEXTS))
        place = fill;
    for (i = 0; i < width; i++)
        x[i] = i == place ? 1.0f : 0.0f;
}
"#;

pub(super) const BOOLEAN: &str = r#"
/* 1 for yes and 0 for no. */
static float boolean(const char *text, const char *const *no, const char *const *yes, float fill)
{
    if (is_missing(text, MISSING_TEXTS) && no[place_of(text, no)] == NULL)
        return fill;
    if (yes[place_of(text, yes)] != NULL)
        return 1.0f;
    return no[place_of(text, no)] != NULL ? 0.0f : fill;
}
"#;

pub(super) const STANDARDISED: &str = r#"
static float standardised(float number, double mean, double deviation)
{
    double x = (number - mean) / deviation;
    return x > 3.40282347e38 ? 3.40282347e38f : x < -3.40282347e38 ? -3.40282347e38f : (float)x;
}
"#;

pub(super) const LAYER: &str = r#"
/* z = W a + b */
static void layer(const float *w, const float *b, int inputs, int outputs, const float *a, float *z)
{
    int i, j;
    for (j = 0; j < outputs; j++, w += inputs) {
        double sum = b[j];
        for (i = 0; i < inputs; i++)
            sum += (double)w[i] * a[i];
        z[j] = (float)sum;
    }
}
"#;

pub(super) const PUT: &str = r#"
static void put(const char *cell, const char *before)
{
    fputs(before, stdout);
    if (strpbrk(cell, ",\"\r\n") == NULL) {
        fputs(cell, stdout);
        return;
    }
    putchar('"');
    for (; *cell != '\0'; cell++) {
        if (*cell == '"')
            putchar('"');
        putchar(*cell);
    }
    putchar('"');
}
"#;

pub(super) const SHOW_CLASS: &str = r#"
static void show(const double *numbers, const char *const *texts)
{
    float outputs[OUTPUTS];
    int i;
    put(model_predict(numbers, texts), ",");
    model_outputs(numbers, texts, outputs);
    for (i = 0; i < OUTPUTS; i++)
        printf(",%.9g", outputs[i]);
}
"#;

pub(super) const NUMBER: &str = r#"
/* The number in a cell; NAN where it is missing. */
static double number(const char *cell, int *is_valid)
{
    char copy[64], *end;
    size_t length;
    double value;
    *is_valid = 1;
    if (is_missing(cell, MISSING_NUMBERS))
        return NAN;
    cell = trimmed(cell, &length);
    if (length >= sizeof copy)
        length = 0;
    memcpy(copy, cell, length);
    copy[length] = '\0';
    if (DECIMAL_MARK == ',' && strchr(copy, ',') != NULL)
        *strchr(copy, ',') = '.';
    value = strtod(copy, &end);
    *is_valid = end != copy && *end == '\0' && isfinite(value) && strpbrk(copy, "xX") == NULL;
    return value;
}
"#;

pub(super) const READ_NUMBERS: &str = r#"        for (i = 0; i < NUMBERS; i++) {
            numbers[i] = number(cells[places[i]], &is_valid);
            if (!is_valid) {
                fprintf(stderr, "row %ld: expected a number, found \"%s\"\n", row, cells[places[i]]);
                return 1;
            }
        }
"#;

pub(super) const MAIN: &str = r#"
/* All of the standard input. */
static char *contents(void)
{
    size_t room = 65536, used = 0, got;
    char *text = malloc(room);
    while (text != NULL && (got = fread(text + used, 1, room - used - 1, stdin)) > 0) {
        used += got;
        if (used + 1 == room)
            text = realloc(text, room *= 2);
    }
    if (text != NULL)
        text[used] = '\0';
    return text;
}

/* Separates cells: as in the training table, or a comma. */
static char delimiter = DELIMITER;

/* Splits a record into cells where it lies, and returns their number; 0 at the end. */
static int record(char **rest, char **cells)
{
    char *from = *rest, *to = from, end = delimiter;
    int count = 0;
    if (*from == '\0')
        return 0;
    while (end == delimiter) {
        cells[count++] = to;
        if (QUOTE != 0 && from[strspn(from, " ")] == QUOTE) {
            from += strspn(from, " ");
            for (from++; *from != '\0' && (*from != QUOTE || from[1] == QUOTE); *to++ = *from++)
                from += *from == QUOTE;
            from += *from != '\0';
        }
        while (*from != '\0' && *from != delimiter && *from != '\n' && *from != '\r')
            *to++ = *from++;
        end = *from;
        from += end != '\0';
        from += end == '\r' && *from == '\n';
        *to++ = '\0';
    }
    *rest = from;
    return count;
}

/* Index of a name, or -1. */
static int column(const char *name, char **names, int columns)
{
    int i;
    for (i = 0; i < columns; i++)
        if (names[i] != NULL && strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* The names of the columns, all different: one without a name is called c and its number, the second x is x.2. */
static int name_columns(char **header, char **names, int columns)
{
    size_t length;
    int i, copy, pass;
    for (i = 0; i < columns; i++)
        names[i] = NULL;
    for (pass = 0; pass < 2; pass++) {
        for (i = 0; i < columns; i++) {
            const char *text = trimmed(header[i], &length);
            char *name = names[i] == NULL ? malloc(length + 32) : NULL;
            if (names[i] != NULL)
                continue;
            if (name == NULL)
                return 0;
            memcpy(name, text, length);
            name[length] = '\0';
            if (pass == 0 && (length == 0 || column(name, names, i) >= 0)) {
                free(name);
                continue;
            }
            if (length == 0)
                length = (size_t)sprintf(name, "c%d", i + 1);
            for (copy = 2; column(name, names, columns) >= 0; copy++)
                sprintf(name + length, ".%d", copy);
            names[i] = name;
        }
    }
    return 1;
}

int main(void)
{
    double numbers[NUMBERS + 1] = {0.0};
    const char *texts[TEXTS + 1] = {NULL};
    int places[NUMBERS + TEXTS], columns, count, is_valid = 1, i;
    char *text = contents(), *at, **header, **cells, **names;
    size_t most = 1, length;
    long row;
    if (text != NULL && strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    at = text == NULL ? NULL : strchr(text, DELIMITER);
    if (at == NULL || (size_t)(at - text) > strcspn(text, "\r\n"))
        delimiter = ',';
    for (at = text; at != NULL && *at != '\0'; at++)
        most += *at == delimiter;
    header = malloc(3 * most * sizeof *header);
    if (text == NULL || header == NULL) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    cells = header + most;
    names = cells + most;
    columns = record(&text, header);
    if (!name_columns(header, names, columns)) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    for (i = 0; i < NUMBERS + TEXTS; i++) {
        const char *name = i < NUMBERS ? model_number_names[i] : model_text_names[i - NUMBERS];
        places[i] = column(name, names, columns);
        if (places[i] < 0) {
            fprintf(stderr, "the table has no column \"%s\"\n", name);
            return 1;
        }
    }
    for (i = 0; i < columns; i++)
        put(header[i], i == 0 ? "" : ",");
    for (i = 0; HEADS[i] != NULL; i++)
        put(HEADS[i], ",");
    putchar('\n');
    for (row = 1; (count = record(&text, cells)) > 0; row++) {
        trimmed(cells[0], &length);
        if (count == 1 && length == 0)
            continue;
        for (; count > columns; count--) {
            trimmed(cells[count - 1], &length);
            if (length > 0)
                break;
        }
        if (count != columns) {
            fprintf(stderr, "row %ld has %d cells, the header has %d\n", row, count, columns);
            return 1;
        }
@NUMBERS@        for (i = 0; i < TEXTS; i++)
            texts[i] = cells[places[NUMBERS + i]];
        for (i = 0; i < columns; i++)
            put(cells[i], i == 0 ? "" : ",");
        show(numbers, texts);
        putchar('\n');
    }
    return is_valid && fflush(stdout) == 0 ? 0 : 1;
}

#endif
"#;

