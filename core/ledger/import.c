/* SPDX-License-Identifier: MIT */
/*
 * import: rows of a delivery list become offers.  Cells that repeat (dates, codes of bodies ...) are parsed once for
 * each text; codes of beneficiaries are looked up for the whole chunk.
 */
#include "conf/conf.h"
#include "ledger/internal.h"

enum column {
    KEY,
    PROGRAMME,
    HOUSEHOLD,
    PERSON,
    PLACE,
    NATIONAL_ID,
    PARTNER,
    QUANTITY,
    DATE,
    BODY,
    GROUP,
    NOTE,
    COLUMNS
};

const struct import_column ledger_columns[] = {
    [KEY] = {"key", "شناسه|کلید|شناسه تحویل|id", false},
    [PROGRAMME] = {"programme", "برنامه|نام برنامه|program", false},
    [HOUSEHOLD] = {"household", "خانوار|کد خانوار|شناسه خانوار", false},
    [PERSON] = {"person", "فرد|شخص|شناسه فرد", false},
    [PLACE] = {"place", "مکان|کد مکان", false},
    [NATIONAL_ID] = {"national_id", "کد ملی|کدملی|شماره ملی", false},
    [PARTNER] = {"partner", "همسر|کد ملی همسر|زوج", false},
    [QUANTITY] = {"quantity", "تعداد|مقدار", false},
    [DATE] = {"date", "تاریخ|تاریخ تحویل", true},
    [BODY] = {"body", "نهاد|کد نهاد", false},
    [GROUP] = {"group", "گروه|گروه جهادی|کد گروه", false},
    [NOTE] = {"note", "توضیح|توضیحات|ملاحظات", false},
};
_Static_assert(COUNT_OF(ledger_columns) == COLUMNS, "every column has its row");
const size_t ledger_n_columns = COUNT_OF(ledger_columns);

enum { MAX_SLOTS = 4096, MAX_PROGRAMMES = 64 };

/* A text and what it means.  `fault` says why it means nothing. */
struct known {
    struct alm_text text;
    const void *as; /* the column that it was parsed for: programmes may mean different things by one name */
    struct alm_value value;
    const void *found;
    const char *fault;
};

/* Where the own columns of a programme stand among those of the file. */
struct layout {
    const struct ledger_programme *programme;
    const size_t *columns; /* for each of its detail columns; 0: not in the file */
    const bool *own;       /* for each column of the file past the common ones */
};

struct reading {
    struct ledger_import *import;
    struct ledger *ledger;
    struct import_row *rows;
    size_t n;
    struct arena *arena;
    struct ledger_offer *offers; /* of all rows */
    bool *out;                   /* rejected */
    struct known *known;         /* n_slots for each column */
    size_t n_slots;
    struct layout layouts[MAX_PROGRAMMES];
    size_t n_layouts;
};

static bool given(const struct import_row *row, size_t column)
{
    return row->fields[column].at && row->fields[column].len;
}

static bool same_text(struct alm_text a, struct alm_text b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static void reject(struct reading *in, size_t i, size_t column, const char *text, const char *hint)
{
    in->out[i] = true;
    if (hint && *hint)
        import_reject(&in->rows[i], (int)column, in->arena, "%s (%s)", text, hint);
    else
        import_reject(&in->rows[i], (int)column, in->arena, "%s", text);
}

/* ---- cells that repeat ---- */

static void look_up(struct reading *in, size_t column, struct known *known)
{
    const struct ledger_services *services = &in->ledger->services;
    struct alm_error err = {0};
    enum alm_status status = ALM_OK;
    alm_date date = ALM_NO_DATE;
    switch (column) {
    case PROGRAMME:
        known->found = services->programme(services->context, known->text, &err);
        status = known->found ? ALM_OK : err.status;
        break;
    case BODY:
    case GROUP:
        known->found =
            register_by_code(services->directory, column == BODY ? REGISTER_BODY : REGISTER_GROUP, known->text, &err);
        status = known->found ? ALM_OK : err.status;
        break;
    case DATE:
        status = date_parse(known->text, &date, &err);
        known->value = alm_number(date);
        break;
    case QUANTITY:
        status = number_parse_thousandths(known->text, &known->value.number, &err);
        if (status == ALM_OK && known->value.number <= 0)
            status = error_set(&err, ALM_BAD_DATA, NULL, _("the quantity must be more than 0"));
        break;
    default: {
        const struct alm_column *detail = known->as;
        const struct conf_rule rule = {.type = detail->type, .choices = detail->choices};
        status = conf_value_parse(&rule, known->text, in->arena, &known->value, &err);
    }
    }
    if (status != ALM_OK && err.hint[0])
        known->fault = arena_printf(in->arena, "%s (%s)", err.text, err.hint);
    else if (status != ALM_OK)
        known->fault = arena_strdup(in->arena, err.text);
}

/* What the cell means; NULL and the row rejected if nothing.  Two texts may share a slot: the later one has it then. */
static const struct known *cell(struct reading *in, size_t i, size_t column, const void *as)
{
    struct alm_text text = in->rows[i].fields[column];
    uint64_t slot = digest_quick(text.at, text.len) & (in->n_slots - 1);
    struct known *known = &in->known[column * in->n_slots + slot];
    if (!known->text.at || known->as != as || !same_text(known->text, text)) {
        *known = (struct known){.text = text, .as = as};
        look_up(in, column, known);
    }
    if (!known->fault)
        return known;
    reject(in, i, column, known->fault, NULL);
    return NULL;
}

/* ---- a programme's own columns ---- */

static const struct layout *layout_of(struct reading *in, const struct ledger_programme *programme)
{
    for (size_t i = 0; i < in->n_layouts; i++)
        if (in->layouts[i].programme == programme)
            return &in->layouts[i];
    const struct ledger_import *import = in->import;
    const struct alm_programme *rule = programme->rule;
    size_t *columns = arena_alloc(in->arena, rule->n_detail * sizeof *columns);
    bool *own = arena_alloc(in->arena, import->n_columns * sizeof *own);
    for (size_t k = 0; k < rule->n_detail; k++)
        for (size_t c = ledger_n_columns; c < import->n_columns; c++)
            if (strcmp(import->columns[c].name, rule->detail[k].name) == 0) {
                columns[k] = c;
                own[c] = true;
            }
    struct layout *layout = &in->layouts[in->n_layouts < MAX_PROGRAMMES ? in->n_layouts++ : MAX_PROGRAMMES - 1];
    *layout = (struct layout){programme, columns, own};
    return layout;
}

static void read_detail(struct reading *in, size_t i, struct ledger_offer *offer)
{
    const struct alm_programme *rule = offer->programme->rule;
    const struct import_row *row = &in->rows[i];
    if (in->import->n_columns == ledger_n_columns && !rule->n_detail)
        return;
    const struct layout *layout = layout_of(in, offer->programme);
    for (size_t c = ledger_n_columns; c < in->import->n_columns; c++)
        if (given(row, c) && !layout->own[c]) {
            reject(
                in, i, c,
                arena_printf(in->arena, _("%s has no column %s"), offer->programme->name, in->import->columns[c].name),
                _("leave it empty"));
            return;
        }
    if (!rule->n_detail)
        return;
    offer->detail = arena_alloc(in->arena, rule->n_detail * sizeof *offer->detail);
    for (size_t k = 0; k < rule->n_detail; k++) {
        size_t c = layout->columns[k];
        offer->detail[k] = alm_null();
        if (!c || !given(row, c))
            continue; /* the rule or settle() says what it misses */
        const struct known *known = cell(in, i, c, &rule->detail[k]);
        if (!known)
            return;
        offer->detail[k] = known->value;
    }
}

/* ---- rows ---- */

static void read_row(struct reading *in, size_t i)
{
    const struct import_row *row = &in->rows[i];
    const struct ledger_import *import = in->import;
    struct ledger_offer *offer = &in->offers[i];
    const struct known *known;
    offer->date = ALM_NO_DATE;
    offer->programme = import->programme;
    if (given(row, PROGRAMME)) {
        if (!(known = cell(in, i, PROGRAMME, NULL)))
            return;
        offer->programme = known->found;
        if (import->programme && offer->programme != import->programme) {
            reject(in, i, PROGRAMME, arena_printf(in->arena, _("this import is for %s only"), import->programme->name),
                   NULL);
            return;
        }
    }
    if (!offer->programme) {
        reject(in, i, PROGRAMME, _("no programme is given"), _("fill the column, or name it: --programme NAME"));
        return;
    }
    if (!offer->programme->rule) {
        reject(in, i, PROGRAMME, arena_printf(in->arena, _("programme %s is not enabled"), offer->programme->name),
               NULL);
        return;
    }
    if (!given(row, DATE)) {
        reject(in, i, DATE, _("no date is given"), NULL);
        return;
    }
    if (!(known = cell(in, i, DATE, NULL)))
        return;
    offer->date = (alm_date)known->value.number;
    if (given(row, QUANTITY)) {
        if (!(known = cell(in, i, QUANTITY, NULL)))
            return;
        offer->quantity = known->value.number;
    }
    if (given(row, BODY)) {
        if (!(known = cell(in, i, BODY, NULL)))
            return;
        offer->body = ((const struct register_entry *)known->found)->id;
    }
    if (given(row, GROUP)) {
        if (!(known = cell(in, i, GROUP, NULL)))
            return;
        offer->group = ((const struct register_entry *)known->found)->id;
    }
    if (given(row, KEY))
        offer->key = row->fields[KEY];
    if (given(row, NOTE))
        offer->note = row->fields[NOTE];
    read_detail(in, i, offer);
}

/* ---- beneficiaries ---- */

static enum alm_status resolve_codes(struct reading *in, size_t column, struct alm_error *err)
{
    enum alm_noun noun = column == HOUSEHOLD ? ALM_NOUN_HOUSEHOLD : ALM_NOUN_PLACE;
    struct alm_text *codes = arena_alloc(in->arena, in->n * sizeof *codes);
    alm_id *ids = arena_alloc(in->arena, in->n * sizeof *ids);
    size_t *rows = arena_alloc(in->arena, in->n * sizeof *rows);
    size_t n = 0;
    for (size_t i = 0; i < in->n; i++)
        if (!in->out[i] && given(&in->rows[i], column)) {
            alm_id known = ledger_codes_find(in->ledger->codes, noun, in->rows[i].fields[column]);
            if (known && column == HOUSEHOLD) {
                in->offers[i].household = known;
            } else if (known) {
                in->offers[i].place = known;
            } else {
                codes[n] = in->rows[i].fields[column];
                rows[n++] = i;
            }
        }
    if (!n)
        return ALM_OK;
    struct store *store = in->ledger->services.store;
    enum alm_status status = column == HOUSEHOLD ? register_households(store, codes, n, ids, err)
                                                 : register_places(store, codes, n, ids, err);
    for (size_t k = 0; status == ALM_OK && k < n; k++) {
        ledger_codes_add(in->ledger->codes, noun, codes[k], ids[k]);
        if (ids[k] && column == HOUSEHOLD)
            in->offers[rows[k]].household = ids[k];
        else if (ids[k])
            in->offers[rows[k]].place = ids[k];
        else
            reject(in, rows[k], column,
                   arena_printf(in->arena,
                                column == HOUSEHOLD ? _("there is no household %.*s") : _("there is no place %.*s"),
                                codes[k].len > 100 ? 100 : (int)codes[k].len, codes[k].at),
                   NULL);
    }
    return status;
}

/* A person that is not named by a national ID: the program's id, a foreign ID, a mobile number. */
static enum alm_status find_person(struct reading *in, size_t i, size_t column, alm_id *id, struct alm_error *err)
{
    struct alm_text text = in->rows[i].fields[column];
    struct alm_error fault = {0};
    const char *word = arena_strndup(in->arena, text.at, text.len);
    enum alm_status status = register_find(in->ledger->services.store, ALM_NOUN_PERSON, word, id, &fault);
    if (status == ALM_BAD_DATA) {
        reject(in, i, column, fault.text, NULL);
        return ALM_OK;
    }
    if (status != ALM_OK && err)
        *err = fault;
    return status;
}

/* Persons by national ID for the whole chunk; others one by one, which are few. */
static enum alm_status resolve_persons(struct reading *in, size_t column, struct alm_error *err)
{
    struct alm_text *marks = arena_alloc(in->arena, in->n * sizeof *marks);
    alm_id *persons = arena_alloc(in->arena, 2 * in->n * sizeof *persons), *homes = persons + in->n;
    size_t *rows = arena_alloc(in->arena, in->n * sizeof *rows);
    size_t n = 0;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; status == ALM_OK && i < in->n; i++) {
        if (in->out[i] || !given(&in->rows[i], column))
            continue;
        char mark[11];
        struct alm_error fault = {0};
        alm_id *id = column == PARTNER ? &in->offers[i].partner : &in->offers[i].person;
        if (identifier_national_id(in->rows[i].fields[column], mark, &fault) == ALM_OK) {
            marks[n] = (struct alm_text){arena_strdup(in->arena, mark), 10};
            rows[n++] = i;
        } else if (column == NATIONAL_ID) {
            reject(in, i, column, fault.text, fault.hint);
        } else {
            status = find_person(in, i, column, id, err);
        }
    }
    if (status == ALM_OK && n)
        status = register_persons(in->ledger->services.store, marks, n, persons, homes, err);
    for (size_t k = 0; status == ALM_OK && k < n; k++) {
        struct ledger_offer *offer = &in->offers[rows[k]];
        alm_id *id = column == PARTNER ? &offer->partner : &offer->person;
        if (!persons[k])
            reject(in, rows[k], column, _("nobody in the register has this national ID"), NULL);
        else if (*id && *id != persons[k])
            reject(in, rows[k], column, _("person and national_id name two persons"), NULL);
        else
            *id = persons[k];
    }
    return status;
}

static enum alm_status resolve(struct reading *in, struct alm_error *err)
{
    enum alm_status status = resolve_codes(in, HOUSEHOLD, err);
    if (status == ALM_OK)
        status = resolve_codes(in, PLACE, err);
    if (status == ALM_OK)
        status = resolve_persons(in, PERSON, err);
    if (status == ALM_OK)
        status = resolve_persons(in, NATIONAL_ID, err);
    if (status == ALM_OK)
        status = resolve_persons(in, PARTNER, err);
    return status;
}

/* ---- answers ---- */

/* A person may be named in either of two columns, a giver by body or group. */
static int column_about(const struct import_row *row, const char *about)
{
    int column = -1;
    for (int i = 0; about && i < COLUMNS && column < 0; i++)
        if (strcmp(ledger_columns[i].name, about) == 0)
            column = i;
    return column == PERSON && !row->fields[PERSON].len && row->fields[NATIONAL_ID].len ? NATIONAL_ID : column;
}

static void answer_row(struct ledger_import *import, struct import_row *row, const struct ledger_answer *answer,
                       struct arena *arena, struct store_entry *entry)
{
    static const enum import_outcome outcomes[] = {[LEDGER_RECORDED] = IMPORT_ADDED,
                                                   [LEDGER_SAME] = IMPORT_SAME,
                                                   [LEDGER_REFUSED] = IMPORT_REFUSED,
                                                   [LEDGER_HELD] = IMPORT_HELD,
                                                   [LEDGER_REJECTED] = IMPORT_REJECTED};
    row->outcome = outcomes[answer->outcome];
    row->column = -1;
    if (answer->outcome == LEDGER_REJECTED)
        import_reject(row, column_about(row, answer->about), arena, "%s", answer->reason);
    else if (answer->reason && answer->reason[0])
        row->reason = answer->reason;
    entry->added += answer->outcome == LEDGER_RECORDED;
    import->counts.warned += answer->outcome == LEDGER_RECORDED && answer->warned;
    import->counts.taken_back += answer->outcome == LEDGER_SAME && answer->reversal;
    if (answer->outcome == LEDGER_REFUSED || answer->outcome == LEDGER_HELD)
        import->counts.refused_by[answer->why]++;
}

enum alm_status ledger_import_rows(void *context, struct import_row *rows, size_t n, struct arena *arena,
                                   struct store_entry *entry, struct alm_error *err)
{
    struct ledger_import *import = context;
    struct reading in = {.import = import, .ledger = import->ledger, .rows = rows, .n = n, .arena = arena};
    in.n_slots = 16;
    while (in.n_slots < n && in.n_slots < MAX_SLOTS)
        in.n_slots *= 2;
    in.known = arena_alloc(arena, import->n_columns * in.n_slots * sizeof *in.known);
    in.offers = arena_alloc(arena, n * sizeof *in.offers);
    in.out = arena_alloc(arena, n * sizeof *in.out);
    import->before = import->counts;
    enum alm_status status = ledger_refresh(import->ledger, entry->id, err);
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        read_row(&in, i);
    status = resolve(&in, err);
    if (status != ALM_OK)
        return status;
    /* What is left moves together, in order. */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!in.out[i])
            in.offers[kept++] = in.offers[i];
    struct ledger_answer *answers = arena_alloc(arena, kept * sizeof *answers);
    status = ledger_record(import->ledger, in.offers, kept, answers, arena, entry, err);
    if (status != ALM_OK)
        return status;
    kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!in.out[i])
            answer_row(import, &rows[i], &answers[kept++], arena, entry);
    return ALM_OK;
}

void ledger_import_again(void *context)
{
    struct ledger_import *import = context;
    import->counts = import->before;
    ledger_again(import->ledger);
}
