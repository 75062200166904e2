/* SPDX-License-Identifier: MIT */
/* Rules out of an INI file, and their columns in a file's header. */
#include "match/internal.h"

#include <stdlib.h>

const char *const rules_part_names[PARTS + 1] = {"whole", "sound", "start", "first", "last", "middle", "both", NULL};

static const char *const share_names[] = {"personal", "household", "place", "unknown", NULL};
static const char *const form_names[] = {"plain", "joined", "given", "identifier", "phone", "date", "number", NULL};

/* ---- the settings ---- */

struct field_settings {
    const char *name;
    const char *column, *column_b;
    int64_t comparator, form, share;
    int64_t near, similar; /* thousandths */
    const char *swap;
    struct alm_list weights;
    bool frequency;
};
struct block_settings {
    const char *name;
    struct alm_list keys;
};
struct match_settings {
    const char *id, *id_b;
    int64_t threshold; /* thousandths */
    bool one_to_one;
    int64_t max_block, threads;
    struct alm_group fields, blocks;
};

#define ROW(type_, key_, ...)                                                                                          \
    {                                                                                                                  \
        .key = #key_, .type = type_, .offset = offsetof(struct match_settings, key_), __VA_ARGS__                      \
    }
static const struct alm_setting match_rows[] = {
    ROW(ALM_STRING, id, .help = N_("column that names a record (default: the number of its row)")),
    ROW(ALM_STRING, id_b, .help = N_("likewise in the second file (default: as in the first)")),
    ROW(ALM_DECIMAL, threshold, .min = "0", .max = "1",
        .help = N_("probability from which two records are one (default: chosen for the best balance)")),
    ROW(ALM_BOOL, one_to_one, .fallback = "no",
        .help = N_("each record of either file matches one of the other at most")),
    ROW(ALM_INT, max_block, .fallback = "300", .min = "2", .max = "100000",
        .help = N_("records in a block; a larger one is parted")),
    ROW(ALM_INT, threads, .fallback = "0", .min = "0", .max = "64", .help = N_("0: as many as there are processors")),
};
#undef ROW
#define ROW(type_, key_, ...)                                                                                          \
    {                                                                                                                  \
        .key = #key_, .type = type_, .offset = offsetof(struct field_settings, key_), __VA_ARGS__                      \
    }
static const struct alm_setting field_rows[] = {
    ROW(ALM_STRING, column, .help = N_("header of the column (default: the field's name)")),
    ROW(ALM_STRING, column_b, .help = N_("its header in the second file (default: as in the first)")),
    ROW(ALM_ENUM, comparator, .fallback = "name", .choices = compare_names, .help = N_("how two values are compared")),
    ROW(ALM_ENUM, form, .choices = form_names,
        .help = N_("how a value is made ready (default: as suits the comparator)")),
    ROW(ALM_ENUM, share, .fallback = "unknown", .choices = share_names,
        .help = N_("who has it in common: nobody, the members of a household, all of a place")),
    ROW(ALM_DECIMAL, near, .min = "0", .help = N_("limit of near: a similarity, or a distance")),
    ROW(ALM_DECIMAL, similar, .min = "0", .help = N_("limit of similar")),
    ROW(ALM_STRING, swap, .help = N_("field with which it may have been exchanged")),
    ROW(ALM_LIST, weights, .help = N_("bits for differ, weak, similar, near, exact (default: estimated)")),
    ROW(ALM_BOOL, frequency, .fallback = "yes", .help = N_("a rare value counts more")),
};
#undef ROW
static const struct alm_setting block_rows[] = {
    {.key = "keys",
     .type = ALM_LIST,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct block_settings, keys),
     .help = N_("FIELD:PART with commas between; records that agree on all of them are compared")}};
static const struct alm_setting_group groups[] = {
    {.name = "field",
     .help = N_("a field that is compared"),
     .settings = field_rows,
     .n_settings = COUNT_OF(field_rows),
     .item_size = sizeof(struct field_settings),
     .offset = offsetof(struct match_settings, fields),
     .min_count = 1,
     .max_count = MATCH_MAX_FIELDS,
     .sample = "[field surname]\ncomparator = name\n"},
    {.name = "block",
     .help = N_("records that are brought to comparison"),
     .settings = block_rows,
     .n_settings = COUNT_OF(block_rows),
     .item_size = sizeof(struct block_settings),
     .offset = offsetof(struct match_settings, blocks),
     .max_count = MATCH_MAX_BLOCKS,
     .sample = "[block names]\nkeys = surname:sound, birth_date:whole\n"}};

static const struct field_settings *field_at(const struct match_settings *settings, size_t i)
{
    return (const struct field_settings *)settings->fields.items + i;
}

static int find_field(const struct match_settings *settings, const char *name, size_t len)
{
    for (size_t i = 0; i < settings->fields.count; i++)
        if (strlen(field_at(settings, i)->name) == len && memcmp(field_at(settings, i)->name, name, len) == 0)
            return (int)i;
    return -1;
}

/* "surname:sound"; NULL, or what is wrong with it. */
static const char *parse_key(const struct match_settings *settings, const char *text, struct rules_key *key)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    key->field = find_field(settings, text, len);
    key->part = PART_WHOLE;
    if (key->field < 0)
        return _("names a field that has no section");
    if (!colon)
        return NULL;
    for (int part = 0; part < PARTS; part++)
        if (strcmp(rules_part_names[part], colon + 1) == 0) {
            key->part = (enum rules_part)part;
            return part == PART_BOTH && !field_at(settings, (size_t)key->field)->swap
                       ? _("takes both of two fields, but the field has no swap")
                       : NULL;
        }
    return _("ends with what is no part of a value");
}

static void check_field(const struct match_settings *settings, const struct field_settings *field,
                        const struct alm_check *check)
{
    char section[200], text[200];
    snprintf(section, sizeof section, "field %.180s", field->name);
    if (field->swap &&
        (find_field(settings, field->swap, strlen(field->swap)) < 0 || strcmp(field->swap, field->name) == 0))
        check->problem(check->context, section, "swap", _("names no other field"),
                       _("write the name of another [field ...]"));
    if (field->weights.count && field->weights.count != MATCH_LEVELS - 1) {
        snprintf(text, sizeof text, _("%zu weights, %d are wanted"), field->weights.count, MATCH_LEVELS - 1);
        check->problem(check->context, section, "weights", text, _("write for example -5, -2, 2, 6, 10"));
    }
    for (size_t i = 0; i < field->weights.count; i++) {
        char *end;
        double bits = strtod(field->weights.items[i], &end);
        if (*end || !(bits >= -100 && bits <= 100)) {
            snprintf(text, sizeof text, _("'%.40s' is not a weight"), field->weights.items[i]);
            check->problem(check->context, section, "weights", text, _("write bits from -100 to 100"));
        }
    }
}

static void check_settings(const void *at, const struct alm_check *check)
{
    const struct match_settings *settings = at;
    for (size_t i = 0; i < settings->fields.count; i++)
        check_field(settings, field_at(settings, i), check);
    for (size_t i = 0; i < settings->blocks.count; i++) {
        const struct block_settings *block = (const struct block_settings *)settings->blocks.items + i;
        char section[200], text[300];
        snprintf(section, sizeof section, "block %.180s", block->name);
        if (block->keys.count > RULES_KEYS) {
            snprintf(text, sizeof text, _("%zu keys, %d are the most"), block->keys.count, RULES_KEYS);
            check->problem(check->context, section, "keys", text, _("part the block into two sections"));
        }
        for (size_t k = 0; k < block->keys.count; k++) {
            struct rules_key key;
            const char *wrong = parse_key(settings, block->keys.items[k], &key);
            if (wrong) {
                snprintf(text, sizeof text, "'%.100s' %s", block->keys.items[k], wrong);
                check->problem(check->context, section, "keys", text,
                               _("write FIELD:PART; parts are whole, sound, start, first, last, middle, both"));
            }
        }
    }
}

static const struct alm_settings table = {.rows = match_rows,
                                          .n_rows = COUNT_OF(match_rows),
                                          .groups = groups,
                                          .n_groups = COUNT_OF(groups),
                                          .size = sizeof(struct match_settings),
                                          .check = check_settings};

/* ---- to rules ---- */

static enum rules_form form_for(enum compare_how how)
{
    switch (how) {
    case COMPARE_DIGITS:
        return RULES_IDENTIFIER;
    case COMPARE_DATE:
        return RULES_DATE;
    case COMPARE_NUMBER:
        return RULES_NUMBER;
    case COMPARE_TOKENS:
    case COMPARE_EXACT:
    case COMPARE_EMAIL:
        return RULES_PLAIN;
    default:
        return RULES_JOINED;
    }
}

static void take_field(struct rules *rules, const struct match_settings *settings, size_t i, bool form_given,
                       const bool limits_given[2])
{
    static const double usual[COMPARE_HOWS][2] = {
        [COMPARE_JARO] = {0.92, 0.85}, [COMPARE_EDIT] = {1, 2}, [COMPARE_NUMBER] = {1, 5}};
    const struct field_settings *from = field_at(settings, i);
    struct rules_field *field = &rules->fields[rules->n_fields++];
    const enum compare_how how = (enum compare_how)from->comparator;
    const int64_t limits[2] = {from->near, from->similar};
    *field = (struct rules_field){.name = from->name,
                                  .columns = {from->column ? from->column : from->name, from->column_b},
                                  .how = how,
                                  .form = form_given ? (enum rules_form)from->form : form_for(how),
                                  .share = (enum rules_share)from->share,
                                  .swap = from->swap,
                                  .swap_field = -1,
                                  .fixed = from->weights.count > 0,
                                  .frequency = from->frequency};
    if (!field->columns[1])
        field->columns[1] = field->columns[0];
    if (from->swap)
        field->swap_field = find_field(settings, from->swap, strlen(from->swap));
    for (int k = 0; k < 2; k++)
        field->limits[k] = limits_given[k] ? (double)limits[k] / 1000 : usual[how][k];
    for (size_t k = 0; k < from->weights.count; k++)
        field->weights[MATCH_DIFFER + k] = strtod(from->weights.items[k], NULL);
}

enum alm_status rules_read(struct rules *rules, const struct match_options *options, struct alm_error *err)
{
    static const struct alm_settings *const tables[] = {&table};
    static const char *const sections[] = {"match"};
    struct conf_problems problems = {0};
    struct conf_ini ini = {0};
    enum alm_status status;
    if (conf_ini_read(&ini, options->rules, &problems)) {
        conf_settings_fill(&rules->settings, &table, "match", &ini, 0, &problems);
        conf_ini_unused(&ini, tables, sections, 1, &problems);
    }
    status = conf_problems_error(&problems, err);
    for (size_t i = 0; i < problems.count && problems.count > 1 && options->problem; i++)
        options->problem(options->context, problems.items[i].file, problems.items[i].line, problems.items[i].text,
                         problems.items[i].hint);
    if (problems.count > 1 && options->problem)
        status = error_set(err, ALM_BAD_CONFIG, NULL, _("%s: %zu errors"), options->rules, problems.count);
    if (status != ALM_OK)
        goto out;
    const struct match_settings *settings = rules->settings.data;
    rules->id[0] = settings->id;
    rules->id[1] = settings->id_b ? settings->id_b : settings->id;
    rules->threshold = settings->threshold ? (double)settings->threshold / 1000 : -1;
    rules->one_to_one = settings->one_to_one;
    rules->max_block = settings->max_block;
    rules->threads = settings->threads;
    for (size_t i = 0; i < settings->fields.count; i++) {
        char section[300];
        snprintf(section, sizeof section, "field %s", field_at(settings, i)->name);
        const bool limits[2] = {conf_ini_find(&ini, section, "near") != NULL,
                                conf_ini_find(&ini, section, "similar") != NULL};
        take_field(rules, settings, i, conf_ini_find(&ini, section, "form") != NULL, limits);
    }
    for (size_t i = 0; i < settings->blocks.count; i++) {
        const struct block_settings *from = (const struct block_settings *)settings->blocks.items + i;
        struct rules_block *block = &rules->blocks[rules->n_blocks++];
        block->name = arena_strdup(&rules->arena, from->name);
        for (size_t k = 0; k < from->keys.count; k++)
            (void)parse_key(settings, from->keys.items[k], &block->keys[block->n++]);
    }
out:
    conf_ini_release(&ini);
    conf_problems_release(&problems);
    return status;
}

void rules_release(struct rules *rules)
{
    conf_settings_release(&rules->settings);
    arena_release(&rules->arena);
}

/* ---- columns ---- */

size_t rules_plain_header(struct alm_text header, char *out, size_t size)
{
    return text_fold_joined(header, out, size);
}

static int find_column(const struct alm_text *headers, size_t n, const char *name)
{
    char wanted[128], header[128];
    for (size_t i = 0; i < n; i++)
        if (text_equal(headers[i], name))
            return (int)i;
    rules_plain_header(text_of(name), wanted, sizeof wanted);
    for (size_t i = 0; i < n; i++) {
        rules_plain_header(headers[i], header, sizeof header);
        if (strcmp(header, wanted) == 0)
            return (int)i;
    }
    return -1;
}

enum alm_status rules_bind(struct rules *rules, int file, const char *path, const struct alm_text *headers, size_t n,
                           struct alm_error *err)
{
    struct strbuf found = {0};
    const char *missing = NULL;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < rules->n_fields && !missing; i++) {
        struct rules_field *field = &rules->fields[i];
        field->column[file] = field->columns[file] ? find_column(headers, n, field->columns[file]) : -1;
        if (field->columns[file] && field->column[file] < 0)
            missing = field->columns[file];
    }
    rules->id_column[file] = rules->id[file] ? find_column(headers, n, rules->id[file]) : -1;
    if (!missing && rules->id[file] && rules->id_column[file] < 0)
        missing = rules->id[file];
    if (missing) {
        for (size_t i = 0; i < n; i++)
            strbuf_addf(&found, "%s%.*s", i ? ", " : "", (int)headers[i].len, headers[i].at);
        status = error_set(err, ALM_BAD_DATA, _("name it in the rules as the file does: column = ..."),
                           _("%s has no column '%s'; its columns are: %s"), path, missing, found.at ? found.at : "");
    }
    strbuf_release(&found);
    return status;
}
