/* SPDX-License-Identifier: MIT */
/*
 * A truth to be measured by: which records are of one person.  Either each record with its person (id, cluster), or
 * pairs of records (id_a, id_b); the headers tell which.
 */
#include "match/internal.h"

#include <stdlib.h>

/* Records by their names. */
struct names {
    const struct table *table;
    uint32_t *slots; /* record + 1 */
    size_t size;
};

static size_t names_slot(const struct names *names, struct alm_text id, bool second)
{
    size_t at = hash_bytes(id.at, id.len) & (names->size - 1);
    for (; names->slots[at]; at = (at + 1) & (names->size - 1)) {
        const size_t record = names->slots[at] - 1;
        const struct alm_text other = table_id(names->table, record);
        if (other.len == id.len && memcmp(other.at, id.at, id.len) == 0 && (record >= names->table->first) == second)
            break;
    }
    return at;
}

static void names_init(struct names *names, const struct table *table)
{
    names->table = table;
    for (names->size = 1024; names->size < 2 * table->n;)
        names->size *= 2;
    names->slots = xcalloc(names->size, sizeof *names->slots);
    for (size_t i = 0; i < table->n; i++) {
        const size_t at = names_slot(names, table_id(table, i), i >= table->first);
        if (!names->slots[at])
            names->slots[at] = (uint32_t)i + 1;
    }
}

/* SIZE_MAX: there is none.  `file`: 0 the first, 1 the second, 2 either. */
static size_t names_find(const struct names *names, struct alm_text id, int file)
{
    for (int second = file == 1; second <= (file != 0); second++) {
        const uint32_t record = names->slots[names_slot(names, id, second != 0)];
        if (record)
            return record - 1;
    }
    return SIZE_MAX;
}

static uint32_t root_of(uint32_t *of, uint32_t record)
{
    while (of[record] != record)
        record = of[record] = of[of[record]];
    return record;
}

static void join(uint32_t *of, size_t a, size_t b)
{
    const uint32_t x = root_of(of, (uint32_t)a), y = root_of(of, (uint32_t)b);
    of[x < y ? y : x] = x < y ? x : y;
}

/* The headers differ in their last letter or word alone: id_a and id_b, left and right. */
static bool headers_of_pairs(struct alm_text a, struct alm_text b)
{
    static const char *const ends[][2] = {{"a", "b"},        {"1", "2"}, {"l", "r"},
                                          {"left", "right"}, {"x", "y"}, {"first", "second"}};
    char x[100], y[100];
    const size_t n = rules_plain_header(a, x, sizeof x), m = rules_plain_header(b, y, sizeof y);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        const size_t p = strlen(ends[i][0]), q = strlen(ends[i][1]);
        if (n >= p && m >= q && n - p == m - q && memcmp(x, y, n - p) == 0 && strcmp(x + n - p, ends[i][0]) == 0 &&
            strcmp(y + m - q, ends[i][1]) == 0)
            return true;
    }
    return false;
}

static bool header_of_person(struct alm_text header)
{
    static const char *const names[] = {"cluster", "clusterid", "entity",   "entityid", "person", "personid",
                                        "truth",   "label",     "identity", "group",    "trueid", "match"};
    char plain[100];
    rules_plain_header(header, plain, sizeof plain);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(plain, names[i]) == 0)
            return true;
    return false;
}

static uint64_t person_of(struct alm_text text)
{
    const uint64_t hash = hash_bytes(text.at, text.len);
    return hash ? hash : 1;
}

/* A person's first record, by a hash of the person. */
struct persons {
    uint64_t *hashes;
    uint32_t *records;
    size_t n, size;
};

static uint32_t persons_first(struct persons *persons, uint64_t hash, uint32_t record)
{
    if (2 * persons->n >= persons->size) {
        struct persons grown = {.size = persons->size ? 2 * persons->size : 1024};
        grown.hashes = xcalloc(grown.size, sizeof *grown.hashes);
        grown.records = xcalloc(grown.size, sizeof *grown.records);
        for (size_t i = 0; i < persons->size; i++)
            if (persons->hashes[i])
                (void)persons_first(&grown, persons->hashes[i], persons->records[i]);
        free(persons->hashes);
        free(persons->records);
        *persons = grown;
    }
    size_t at = hash & (persons->size - 1);
    while (persons->hashes[at] && persons->hashes[at] != hash)
        at = (at + 1) & (persons->size - 1);
    if (!persons->hashes[at]) {
        persons->hashes[at] = hash;
        persons->records[at] = record;
        persons->n++;
    }
    return persons->records[at];
}

static void count_pairs(struct truth *truth, const struct table *table)
{
    uint32_t(*sizes)[2] = xcalloc(table->n + 1, sizeof *sizes);
    for (size_t i = 0; i < table->n; i++) {
        truth->of[i] = root_of(truth->of, (uint32_t)i);
        sizes[truth->of[i]][i >= table->first]++;
    }
    truth->pairs = 0;
    for (size_t i = 0; i < table->n; i++)
        truth->pairs += table->first < table->n ? (int64_t)sizes[i][0] * sizes[i][1]
                                                : (int64_t)sizes[i][0] * (sizes[i][0] - (int64_t)(sizes[i][0] > 0)) / 2;
    free(sizes);
}

enum alm_status truth_read(struct truth *truth, const struct table *table, const char *file, struct alm_error *err)
{
    struct csv_reader *csv = NULL;
    struct csv_record record;
    struct names names = {0};
    struct persons persons = {0};
    bool end = false, pairs = false;
    size_t columns[2] = {0, 1}, n = 0;
    enum alm_status status = csv_open(&csv, file, err);
    if (status != ALM_OK)
        return status;
    status = csv_next(csv, &record, &end, err);
    if (status == ALM_OK && (end || record.fault || record.n < 2))
        status = error_set(err, ALM_BAD_DATA, _("write columns id and cluster, or id_a and id_b"),
                           _("%s: a truth has two columns and a header"), file);
    if (status != ALM_OK)
        goto out;
    n = record.n;
    for (size_t i = 0; i + 1 < n && !pairs; i++)
        for (size_t k = i + 1; k < n && !pairs; k++)
            if (headers_of_pairs(record.fields[i], record.fields[k])) {
                pairs = true;
                columns[0] = i, columns[1] = k;
            }
    for (size_t i = 0; i < n && !pairs; i++)
        if (header_of_person(record.fields[i])) {
            columns[1] = i;
            columns[0] = i == 0;
            break;
        }
    names_init(&names, table);
    truth->of = xmalloc((table->n + 1) * sizeof *truth->of);
    for (size_t i = 0; i < table->n; i++)
        truth->of[i] = (uint32_t)i;
    int64_t known = 0;
    for (;;) {
        status = csv_next(csv, &record, &end, err);
        if (status != ALM_OK || end)
            break;
        if (record.fault || record.n != n)
            continue;
        const struct alm_text first = record.fields[columns[0]], second = record.fields[columns[1]];
        const size_t a = names_find(&names, first, pairs && table->first < table->n ? 0 : 2);
        if (pairs) {
            const size_t b = names_find(&names, second, table->first < table->n ? 1 : 2);
            if (a != SIZE_MAX && b != SIZE_MAX) {
                join(truth->of, a, b);
                known++;
            }
        } else if (a != SIZE_MAX && second.len) {
            join(truth->of, a, persons_first(&persons, person_of(second), (uint32_t)a));
            known++;
        }
    }
    if (status == ALM_OK && !known)
        status = error_set(err, ALM_BAD_DATA, _("its ids have to be those of the files, or the numbers of their rows"),
                           _("%s: names no record of the files"), file);
    if (status == ALM_OK)
        count_pairs(truth, table);
out:
    csv_close(csv);
    free(names.slots);
    free(persons.hashes);
    free(persons.records);
    return status;
}

void truth_release(struct truth *truth)
{
    free(truth->of);
}
