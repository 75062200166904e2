/* SPDX-License-Identifier: MIT */
/* What a run worked by, for people: its rules with their weights, and one pair field by field. */
#include "match/internal.h"

#include <math.h>
#include <stdlib.h>

/* ---- the rules in force ---- */

static const char *const share_words[] = {"personal", "household", "place", "unknown"};
static const char *const form_words[] = {"plain", "joined", "given", "identifier", "phone", "date", "number"};

/* A header may hold what a section's name cannot. */
static bool fits_section(const char *name)
{
    return *name && !strpbrk(name, "[]#;=\t\n") && !strstr(name, "  ") && name[0] != ' ' &&
           name[strlen(name) - 1] != ' ' && !strchr(name, ':') && strlen(name) < 40;
}

static void section_name(const struct rules *rules, size_t field, char *out, size_t size)
{
    if (fits_section(rules->fields[field].name))
        snprintf(out, size, "%s", rules->fields[field].name);
    else
        snprintf(out, size, "column %zu", field + 1);
}

static void write_field(const struct match *match, size_t f, struct strbuf *out)
{
    const struct rules_field *field = &match->rules.fields[f];
    char name[64];
    section_name(&match->rules, f, name, sizeof name);
    strbuf_addf(out, "\n[field %s]\n", name);
    if (strcmp(name, field->columns[0]) != 0)
        strbuf_addf(out, "column = %s\n", field->columns[0]);
    if (field->columns[1] && strcmp(field->columns[1], field->columns[0]) != 0)
        strbuf_addf(out, "column_b = %s\n", field->columns[1]);
    strbuf_addf(out, "comparator = %s\nform = %s\nshare = %s\n", compare_names[field->how], form_words[field->form],
                share_words[field->share]);
    if (field->how == COMPARE_JARO || field->how == COMPARE_EDIT || field->how == COMPARE_NUMBER)
        strbuf_addf(out, "near = %g\nsimilar = %g\n", field->limits[0], field->limits[1]);
    if (field->swap_field >= 0) {
        section_name(&match->rules, (size_t)field->swap_field, name, sizeof name);
        strbuf_addf(out, "swap = %s\n", name);
    }
    strbuf_addf(out, "frequency = %s\n; bits for differ, weak, similar, near, exact, as estimated\n%sweights =",
                field->frequency ? "yes" : "no", field->fixed ? "" : "; ");
    for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++)
        strbuf_addf(out, "%s %.2f", level == MATCH_DIFFER ? "" : ",", match->model.w[f][0][level]);
    strbuf_adds(out, "\n");
}

void match_write_rules(const struct match *match, struct strbuf *out)
{
    const struct rules *rules = &match->rules;
    char name[64];
    strbuf_adds(out, "[match]\n");
    if (rules->id[0])
        strbuf_addf(out, "id = %s\n", rules->id[0]);
    if (rules->id[1] && strcmp(rules->id[0], rules->id[1]) != 0)
        strbuf_addf(out, "id_b = %s\n", rules->id[1]);
    strbuf_addf(out, "; chosen: %.3f\n", match->threshold);
    if (rules->threshold >= 0)
        strbuf_addf(out, "threshold = %.3f\n", rules->threshold);
    strbuf_addf(out, "one_to_one = %s\nmax_block = %lld\n", rules->one_to_one ? "yes" : "no",
                (long long)rules->max_block);
    for (size_t f = 0; f < rules->n_fields; f++)
        write_field(match, f, out);
    for (size_t i = 0; i < rules->n_blocks; i++) {
        const struct rules_block *block = &rules->blocks[i];
        if (!block->n) {
            strbuf_adds(out, "\n; so few records that all pairs were compared\n");
            continue;
        }
        strbuf_addf(out, "\n[block %zu]\nkeys = ", i + 1);
        for (size_t k = 0; k < block->n; k++) {
            section_name(rules, (size_t)block->keys[k].field, name, sizeof name);
            strbuf_addf(out, "%s%s:%s", k ? ", " : "", name, rules_part_names[block->keys[k].part]);
        }
        strbuf_adds(out, "\n");
    }
}

/* ---- one pair ---- */

static bool is_called(const struct match *match, size_t record, const char *id)
{
    return text_equal(table_id(&match->table, record), id);
}

static enum alm_status find_record(const struct match *match, const char *id, bool second, size_t *record,
                                   struct alm_error *err)
{
    const struct table *table = &match->table;
    const bool two = table->first < table->n;
    for (size_t i = two && second ? table->first : 0; i < (two && !second ? table->first : table->n); i++)
        if (is_called(match, i, id)) {
            *record = i;
            return ALM_OK;
        }
    return error_set(err, ALM_NO_INPUT,
                     match->rules.id[0] ? NULL : _("without a column of ids, it is the number of the row, from 1"),
                     _("%s has no record '%s'"), match->options.files[two && second], id);
}

/* The texts of a record, as they stand in its file. */
static enum alm_status read_texts(const struct match *match, size_t record, struct arena *arena, const char **texts,
                                  struct alm_error *err)
{
    const int file = record >= match->table.first;
    size_t left = record - (file ? match->table.first : 0), n = 0;
    struct csv_reader *csv;
    struct csv_record row;
    bool end = false;
    if (strcmp(match->options.files[file], "-") == 0) /* gone by */
        return ALM_OK;
    enum alm_status status = csv_open(&csv, match->options.files[file], err);
    if (status != ALM_OK)
        return status;
    status = csv_next(csv, &row, &end, err);
    n = row.n;
    while (status == ALM_OK && !end) {
        status = csv_next(csv, &row, &end, err);
        if (status != ALM_OK || end || row.fault || row.n != n)
            continue;
        if (left-- > 0)
            continue;
        for (size_t f = 0; f < match->rules.n_fields; f++) {
            const int column = match->rules.fields[f].column[file];
            if (column >= 0 && (size_t)column < row.n)
                texts[f] = arena_strndup(arena, row.fields[column].at, row.fields[column].len);
        }
        break;
    }
    csv_close(csv);
    return status;
}

static void explain_records(const struct match *match, size_t a, size_t b, const char *const *of_a,
                            const char *const *of_b, struct match_explanation *out)
{
    const pattern_t pattern = comparer_pattern(match->comparer, a, b);
    double bits[MATCH_MAX_FIELDS], household;
    out->weight = model_explain(&match->model, &match->table, a, b, pattern, bits, &household);
    out->probability = 1 / (1 + exp2(-out->weight));
    out->rows[out->n++] = (struct match_explained){.what = _("two records at random"), .bits = match->model.prior};
    for (size_t f = 0; f < match->rules.n_fields; f++)
        out->rows[out->n++] = (struct match_explained){match->rules.fields[f].name, of_a[f], of_b[f],
                                                       match_level_names[pattern_level(pattern, f)], bits[f]};
    out->rows[out->n++] = (struct match_explained){.what = _("may be another one of the household"), .bits = household};
    const size_t rule = blocks_first(&match->blocks, a, b);
    out->block = rule < match->blocks.n_rules ? match->rules.blocks[rule].name : NULL;
}

void match_explain_numbers(const struct match *match, size_t first, size_t second, struct match_explanation *out)
{
    static const char *const nothing[MATCH_MAX_FIELDS];
    const size_t b = second + (match->table.first < match->table.n ? match->table.first : 0);
    *out = (struct match_explanation){.n = 0};
    explain_records(match, first, b, nothing, nothing, out);
}

enum alm_status match_explain(const struct match *match, const char *id_a, const char *id_b,
                              struct match_explanation *out, struct alm_error *err)
{
    const char *of_a[MATCH_MAX_FIELDS] = {0}, *of_b[MATCH_MAX_FIELDS] = {0};
    size_t a = 0, b = 0;
    *out = (struct match_explanation){.n = 0};
    enum alm_status status = find_record(match, id_a, false, &a, err);
    if (status == ALM_OK)
        status = find_record(match, id_b, true, &b, err);
    if (status == ALM_OK && a == b)
        status = error_set(err, ALM_USAGE, _("name two records"), _("'%s' and '%s' are the same record"), id_a, id_b);
    if (status == ALM_OK)
        status = read_texts(match, a, &out->arena, of_a, err);
    if (status == ALM_OK)
        status = read_texts(match, b, &out->arena, of_b, err);
    if (status != ALM_OK)
        return status;
    explain_records(match, a, b, of_a, of_b, out);
    return ALM_OK;
}

void match_explanation_release(struct match_explanation *explanation)
{
    arena_release(&explanation->arena);
}
