/* SPDX-License-Identifier: MIT */
/*
 * Tables for people, by libsmartcols: aligned, grouped, with totals.  The first BLOCK rows are kept to size the
 * columns; then rows go out block by block in those widths, so that memory does not grow with them.
 */
#include "report/internal.h"
#include <libsmartcols.h>
#include <locale.h>
#include <stdlib.h>

enum { BLOCK = 1000, ROOM_FOR_TOTAL = 4 };

struct report_table {
    struct arena arena; /* of the block's cells */
    const char **cells; /* BLOCK rows of all columns */
    size_t n_cells, cells_capacity;
    size_t n_rows; /* of the block */
    size_t *widths;
    bool *hidden;
    int64_t *sums;
    bool *overflowed;
    char *title;
    bool printed; /* the header stands already */
    bool any;     /* a table stands above */
    struct alm_value *totals;
    struct arena totals_arena;
    struct strbuf said; /* what was said while rows were kept back */
    struct strbuf cell;
    locale_t locale; /* libsmartcols measures text in the locale's encoding: it must be UTF-8 */
};

static bool is_number(uint32_t type)
{
    return type == ALM_INT || type == ALM_DECIMAL || type == ALM_MONEY || type == ALM_QUANTITY || type == ALM_DURATION;
}

static struct report_table *table_of(struct report *report)
{
    if (!report->table) {
        report->table = xcalloc(1, sizeof *report->table);
        report->table->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    }
    return report->table;
}

/* ---- cells ---- */

static const char *cell_text(struct report *report, const struct alm_column *column, const struct alm_value *value)
{
    struct report_table *table = report->table;
    char buf[CELL_MAX];
    strbuf_reset(&table->cell);
    if (value->is_null)
        return "";
    if (value_is_text(column)) {
        value_add_text(&table->cell, value->text ? value->text : "", true);
    } else if (column->type == ALM_ENUM && value->text) {
        value_add_text(&table->cell, *value->text ? _(value->text) : "", true);
    } else {
        report_format_value(&report->style, column, value, buf, sizeof buf);
        strbuf_adds(&table->cell, buf);
    }
    return arena_strndup(&table->arena, table->cell.at, table->cell.len);
}

static void add_cell(struct report_table *table, size_t column, const char *text)
{
    size_t width = text_width(text_of(text));
    if (!table->printed && width > table->widths[column])
        table->widths[column] = width;
    ARRAY_ROOM(table->cells, table->n_cells, table->cells_capacity);
    table->cells[table->n_cells++] = text;
}

static const char *column_title(struct report_table *table, const struct alm_column *column)
{
    const char *title = column->title && *column->title ? _(column->title) : column->name;
    return column->unit ? arena_printf(&table->arena, "%s (%s)", title, _(column->unit)) : title;
}

/* ---- printing a block ---- */

static size_t total_width(const struct report *report)
{
    size_t sum = 0;
    for (size_t i = 0; i < report->n_columns; i++)
        if (!report->table->hidden[i])
            sum += report->table->widths[i] + 1;
    return sum ? sum - 1 : 0;
}

/* Columns that may be left out go, from the last on, until the rest fits the terminal. */
static void hide_columns(struct report *report)
{
    for (size_t i = report->n_columns; report->style.width && i-- > 0;)
        if (total_width(report) > report->style.width && report->columns[i].flags & ALM_OPTIONAL)
            report->table->hidden[i] = true;
}

static void add_columns(struct report *report, struct libscols_table *printer, bool header)
{
    struct report_table *table = report->table;
    for (size_t i = 0; i < report->n_columns; i++) {
        if (table->hidden[i])
            continue;
        int flags = is_number(report->columns[i].type) ? SCOLS_FL_RIGHT : 0;
        struct libscols_column *column = scols_table_new_column(
            printer, header ? column_title(table, &report->columns[i]) : "", (double)table->widths[i], flags);
        if (column && header && report->style.terminal)
            scols_cell_set_color(scols_column_get_header(column), "bold");
    }
}

/* Lines without the blanks at their ends that an empty last cell leaves. */
static void add_trimmed(struct strbuf *out, const char *lines)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        size_t trimmed = len;
        while (trimmed && lines[trimmed - 1] == ' ')
            trimmed--;
        strbuf_add(out, lines, trimmed);
        strbuf_addc(out, '\n');
        lines += len + (lines[len] == '\n');
    }
}

/* The rows of the block through libsmartcols, onto report->text. */
static void print_block(struct report *report, bool header)
{
    struct report_table *table = report->table;
    char *printed = NULL;
    locale_t before = table->locale ? uselocale(table->locale) : (locale_t)0;
    struct libscols_table *printer = scols_new_table();
    if (!printer)
        goto out;
    scols_table_set_termforce(printer, SCOLS_TERMFORCE_NEVER); /* never cut to the width: the data would be lost */
    scols_table_enable_noencoding(printer, 1);                 /* cells are clean already */
    scols_table_enable_noheadings(printer, !header);
    scols_table_enable_colors(printer, report->style.terminal);
    add_columns(report, printer, header);
    for (size_t row = 0; row < table->n_rows; row++) {
        struct libscols_line *line = scols_table_new_line(printer, NULL);
        for (size_t i = 0, shown = 0; line && i < report->n_columns; i++)
            if (!table->hidden[i])
                scols_line_set_data(line, shown++, table->cells[row * report->n_columns + i]);
    }
    if (scols_print_table_to_string(printer, &printed) == 0 && printed)
        add_trimmed(&report->text, printed);
    free(printed);
    scols_unref_table(printer);
out:
    if (before)
        uselocale(before);
}

static void flush_block(struct report *report)
{
    struct report_table *table = report->table;
    if (!table->printed) {
        if (table->any)
            strbuf_addc(&report->text, '\n');
        if (table->title) {
            value_add_text(&report->text, table->title, true);
            strbuf_addc(&report->text, '\n');
        }
        hide_columns(report);
    }
    print_block(report, !table->printed);
    table->printed = true;
    table->n_rows = 0;
    table->n_cells = 0;
    arena_reset(&table->arena);
}

/* ---- the format ---- */

static void table_begin(struct report *report, const char *title)
{
    struct report_table *table = table_of(report);
    size_t n = report->n_columns;
    table->widths = xcalloc(n, sizeof *table->widths);
    table->hidden = xcalloc(n, sizeof *table->hidden);
    table->sums = xcalloc(n, sizeof *table->sums);
    table->overflowed = xcalloc(n, sizeof *table->overflowed);
    table->title = title && *title ? xstrdup(title) : NULL;
    table->printed = false;
    for (size_t i = 0; i < n; i++)
        table->widths[i] = text_width(text_of(column_title(table, &report->columns[i])));
}

static void table_row(struct report *report, const struct alm_value *values)
{
    struct report_table *table = report->table;
    if (table->n_rows == BLOCK) {
        /* The totals will stand in the same columns and be wider. */
        for (size_t i = 0; !table->printed && i < report->n_columns; i++)
            if (report->columns[i].flags & ALM_TOTAL)
                table->widths[i] += ROOM_FOR_TOTAL;
        flush_block(report);
    }
    for (size_t i = 0; i < report->n_columns; i++) {
        add_cell(table, i, cell_text(report, &report->columns[i], &values[i]));
        if (report->columns[i].flags & ALM_TOTAL && !values[i].is_null && !table->overflowed[i])
            table->overflowed[i] = __builtin_add_overflow(table->sums[i], values[i].number, &table->sums[i]);
    }
    table->n_rows++;
}

/* Rows given by the caller; texts are kept, for they are his. */
static void table_total(struct report *report, const struct alm_value *values)
{
    struct report_table *table = report->table;
    table->totals = arena_alloc(&table->totals_arena, report->n_columns * sizeof *table->totals);
    for (size_t i = 0; i < report->n_columns; i++) {
        table->totals[i] = values[i];
        if (values[i].text)
            table->totals[i].text = arena_strdup(&table->totals_arena, values[i].text);
    }
}

static bool has_totals(const struct report *report)
{
    for (size_t i = 0; i < report->n_columns; i++)
        if (report->columns[i].flags & ALM_TOTAL)
            return report->n_rows > 0 || report->table->totals;
    return report->table->totals != NULL;
}

/* The totals' cells, then a rule as wide as they and the columns need, which is put before them. */
static void add_totals(struct report *report)
{
    struct report_table *table = report->table;
    bool named = false;
    size_t first = table->n_cells;
    for (size_t i = 0; i < report->n_columns; i++)
        add_cell(table, i, "");
    for (size_t i = 0; i < report->n_columns; i++) {
        const struct alm_column *column = &report->columns[i];
        struct alm_value value = {.is_null = true};
        if (table->totals)
            value = table->totals[i];
        else if (column->flags & ALM_TOTAL && !table->overflowed[i])
            value = alm_number(table->sums[i]);
        const char *text = cell_text(report, column, &value);
        if (!named && value.is_null && !(column->flags & ALM_TOTAL)) {
            text = _("Total");
            named = true;
        }
        add_cell(table, i, text);
        size_t width = text_width(text_of(text));
        size_t rule = width > table->widths[i] ? width : table->widths[i];
        char *dashes = arena_alloc(&table->arena, rule + 1);
        memset(dashes, '-', rule);
        table->cells[first + i] = dashes;
    }
    table->n_rows += 2;
}

static void table_end(struct report *report)
{
    struct report_table *table = report->table;
    if (has_totals(report))
        add_totals(report);
    if (table->n_rows) {
        flush_block(report);
    } else if (!table->printed) {
        if (table->any)
            strbuf_addc(&report->text, '\n');
        if (table->title)
            strbuf_addf(&report->text, "%s\n", table->title);
        strbuf_addf(&report->text, "%s\n", _("(none)"));
    }
    table->any = true;
    if (table->said.len)
        strbuf_add(&report->text, table->said.at, table->said.len);
    strbuf_reset(&table->said);
    arena_reset(&table->arena);
    arena_reset(&table->totals_arena);
    table->totals = NULL;
    table->n_rows = 0;
    table->n_cells = 0;
    free(table->widths);
    free(table->hidden);
    free(table->sums);
    free(table->overflowed);
    free(table->title);
    table->widths = NULL;
    table->hidden = table->overflowed = NULL;
    table->sums = NULL;
    table->title = NULL;
}

static void table_say(struct report *report, const char *text)
{
    struct report_table *table = table_of(report);
    struct strbuf *out = report->columns ? &table->said : &report->text;
    value_add_text(out, text, false);
    strbuf_addc(out, '\n');
    table->any = table->any || !report->columns;
}

/* A table that was cut short by an error is not printed as if it were whole. */
static void table_release(struct report *report)
{
    struct report_table *table = report->table;
    if (!table)
        return;
    free(table->widths);
    free(table->hidden);
    free(table->sums);
    free(table->overflowed);
    free(table->title);
    free(table->cells);
    arena_release(&table->arena);
    arena_release(&table->totals_arena);
    strbuf_release(&table->said);
    strbuf_release(&table->cell);
    if (table->locale)
        freelocale(table->locale);
    free(table);
}

const struct report_writer report_table_writer = {.begin = table_begin,
                                                  .row = table_row,
                                                  .total = table_total,
                                                  .say = table_say,
                                                  .end = table_end,
                                                  .release = table_release};
