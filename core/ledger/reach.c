/* SPDX-License-Identifier: MIT */
/*
 * One owner's state is a partition of those reached (the owner itself and persons) into classes; all of a class have
 * the same marks, so a household that is served together is one class, and adding a line to it costs as much as for one
 * person.
 *
 * The text: a letter (h: the owner is a household or a person on their own, p: a place), then numbers.  A number is
 * written in digits of five bits, the lowest first, each but the last with the sixth bit set, in the alphabet below: no
 * separators are needed.  First the programmes (count, then each as the difference to the one before), then the
 * classes: twice the count of persons, plus one if the owner is in it; the persons as differences; and for each kind of
 * mark the count, then for each mark the difference to the value before and the number of its programme.
 */
#include "ledger/reach.h"

#include <stdlib.h>

/* Kinds of marks are the cuts of unique_count.  Every line leaves one of each but ALL, which follows from them. */
enum { ALL, STAGE, BODY, MONTH, AREA, KINDS };

struct mark {
    int64_t value;
    alm_id programme;
    int kind;
};

struct class
{
    bool owner;
    alm_id *persons; /* ascending */
    size_t n_persons, persons_capacity;
    struct mark *marks; /* ascending by kind, value, programme */
    size_t n_marks, marks_capacity;
};

struct reach {
    struct register_directory *directory;
    const struct register_area *areas;
    bool place;
    bool changed;
    struct class *classes; /* those past n_classes keep their memory for the next owner */
    size_t n_classes, classes_capacity, classes_made;
    alm_id *wanted; /* persons of the line at hand, ascending */
    size_t n_wanted, wanted_capacity;
    alm_id *programmes;
    size_t n_programmes, programmes_capacity;
    char *text;
    size_t text_len, text_capacity;
};

/* ---- classes ---- */

struct reach *reach_new(struct register_directory *directory)
{
    struct reach *r = xcalloc(1, sizeof *r);
    r->directory = directory;
    return r;
}

void reach_free(struct reach *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->classes_made; i++) {
        free(r->classes[i].persons);
        free(r->classes[i].marks);
    }
    free(r->classes);
    free(r->wanted);
    free(r->programmes);
    free(r->text);
    free(r);
}

/* A new empty class; pointers to others are stale afterwards. */
static struct class *class_new(struct reach *r)
{
    if (r->n_classes == r->classes_made) {
        ARRAY_ROOM(r->classes, r->classes_made, r->classes_capacity);
        r->classes[r->classes_made++] = (struct class){0};
    }
    struct class *c = &r->classes[r->n_classes++];
    c->owner = false;
    c->n_persons = c->n_marks = 0;
    return c;
}

static void class_person(struct class *c, alm_id person)
{
    ARRAY_ROOM(c->persons, c->n_persons, c->persons_capacity);
    c->persons[c->n_persons++] = person;
}

static struct mark *class_mark(struct class *c)
{
    ARRAY_ROOM(c->marks, c->n_marks, c->marks_capacity);
    return &c->marks[c->n_marks++];
}

static bool marks_equal(const struct class *a, const struct class *b)
{
    if (a->n_marks != b->n_marks)
        return false;
    for (size_t i = 0; i < a->n_marks; i++)
        if (a->marks[i].value != b->marks[i].value || a->marks[i].programme != b->marks[i].programme ||
            a->marks[i].kind != b->marks[i].kind)
            return false;
    return true;
}

static bool mark_before(const struct mark *a, const struct mark *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind;
    if (a->value != b->value)
        return a->value < b->value;
    return a->programme < b->programme;
}

/* Depth of the lowest area that lies above (or is) both; -1 if there is none. */
static int32_t common_depth(const struct register_area *areas, int32_t a, int32_t b)
{
    while (a != b) {
        if (a < 0 || b < 0)
            return -1;
        if (areas[a].depth >= areas[b].depth)
            a = areas[a].parent;
        else
            b = areas[b].parent;
    }
    return a < 0 ? -1 : areas[a].depth;
}

/* Count an area that is new to the programme, and those above it which no other area of the class lies in. */
static void count_area(struct reach *r, const struct class *c, alm_id programme, int64_t value,
                       const struct reach_weight *w, struct reach_counts *counts)
{
    const int32_t area = value ? register_area_by_id(r->directory, value) : -1;
    int32_t known = -1;      /* depth to which the class was counted under any programme */
    int32_t known_here = -1; /* and under this one */
    bool same = false;
    for (size_t i = 0; i < c->n_marks; i++) {
        const struct mark *m = &c->marks[i];
        if (m->kind != AREA)
            continue;
        if (m->value == value)
            same = true;
        if (area < 0)
            continue;
        const int32_t other = m->value == value ? area : m->value ? register_area_by_id(r->directory, m->value) : -1;
        const int32_t depth = common_depth(r->areas, area, other);
        if (depth > known)
            known = depth;
        if (m->programme == programme && depth > known_here)
            known_here = depth;
    }
    if (area < 0) {
        reach_count(counts, AREA, programme, value, w);
        if (!same)
            reach_count(counts, AREA, 0, value, w);
        return;
    }
    for (int32_t at = area; at >= 0 && r->areas[at].depth > known_here; at = r->areas[at].parent) {
        reach_count(counts, AREA, programme, r->areas[at].id, w);
        if (r->areas[at].depth > known)
            reach_count(counts, AREA, 0, r->areas[at].id, w);
    }
}

static void add_mark(struct reach *r, struct class *c, const struct mark *mark, const struct reach_weight *w,
                     struct reach_counts *counts)
{
    size_t at = c->n_marks;
    while (at > 0 && mark_before(mark, &c->marks[at - 1]))
        at--;
    const struct mark *before = at ? &c->marks[at - 1] : NULL;
    const bool same = before && before->kind == mark->kind && before->value == mark->value;
    if (same && before->programme == mark->programme)
        return;
    const struct mark *after = at < c->n_marks ? &c->marks[at] : NULL;
    if (mark->kind == AREA) {
        count_area(r, c, mark->programme, mark->value, w, counts);
    } else {
        reach_count(counts, mark->kind, mark->programme, mark->value, w);
        if (!same && !(after && after->kind == mark->kind && after->value == mark->value))
            reach_count(counts, mark->kind, 0, mark->value, w);
    }
    class_mark(c);
    memmove(&c->marks[at + 1], &c->marks[at], (c->n_marks - 1 - at) * sizeof *c->marks);
    c->marks[at] = *mark;
    r->changed = true;
}

/* ALL is counted with the first mark at all, and with the first of a programme. Marks begin with STAGE. */
static void add_programme(const struct class *c, alm_id programme, const struct reach_weight *w,
                          struct reach_counts *counts)
{
    for (size_t i = 0; i < c->n_marks && c->marks[i].kind == STAGE; i++)
        if (c->marks[i].programme == programme)
            return;
    reach_count(counts, ALL, programme, 0, w);
    if (c->n_marks == 0)
        reach_count(counts, ALL, 0, 0, w);
}

static struct reach_weight class_weight(const struct reach *r, const struct class *c, int64_t sign)
{
    return (struct reach_weight){c->owner && !r->place ? sign : 0, sign * (int64_t)c->n_persons,
                                 c->owner && r->place ? sign : 0};
}

static void class_add(struct reach *r, struct class *c, const struct alm_line *line, struct reach_counts *counts)
{
    const struct reach_weight w = class_weight(r, c, 1);
    const struct mark marks[] = {
        {line->stage, line->programme, STAGE},
        {line->body, line->programme, BODY},
        {date_month(line->date), line->programme, MONTH},
        {line->area, line->programme, AREA},
    };
    add_programme(c, line->programme, &w, counts);
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        add_mark(r, c, &marks[i], &w, counts);
}

/* ---- adding a line ---- */

static int compare_ids(const void *a, const void *b)
{
    const alm_id x = *(const alm_id *)a, y = *(const alm_id *)b;
    return (x > y) - (x < y);
}

static void want(struct reach *r, const alm_id *persons, size_t n)
{
    r->n_wanted = 0;
    bool ascending = true;
    for (size_t i = 0; i < n; i++) {
        if (r->n_wanted && r->wanted[r->n_wanted - 1] >= persons[i])
            ascending = false;
        ARRAY_ROOM(r->wanted, r->n_wanted, r->wanted_capacity);
        r->wanted[r->n_wanted++] = persons[i];
    }
    if (ascending)
        return;
    qsort(r->wanted, n, sizeof *r->wanted, compare_ids);
    size_t unique = 1;
    for (size_t i = 1; i < n; i++)
        if (r->wanted[i] != r->wanted[unique - 1])
            r->wanted[unique++] = r->wanted[i];
    r->n_wanted = unique;
}

/* Part class `i` into those whom the line reaches and the others; the first are taken from `wanted`.  Returns the class
 * of those reached, or NULL. */
static struct class *part(struct reach *r, size_t i, bool *owner)
{
    const struct class *c = &r->classes[i];
    size_t hits = 0, w = 0;
    for (size_t p = 0; p < c->n_persons; p++) {
        while (w < r->n_wanted && r->wanted[w] < c->persons[p])
            w++;
        hits += w < r->n_wanted && r->wanted[w] == c->persons[p];
    }
    const bool owner_hit = c->owner && *owner;
    if (!hits && !owner_hit)
        return NULL;
    struct class *reached = &r->classes[i];
    struct class *others = NULL;
    if (hits < c->n_persons || c->owner != owner_hit) {
        reached = class_new(r);
        others = &r->classes[i];
        for (size_t m = 0; m < others->n_marks; m++)
            *class_mark(reached) = others->marks[m];
        reached->owner = owner_hit;
        others->owner = others->owner && !owner_hit;
    }
    size_t kept = 0, left = 0, p = 0;
    const struct class *from = others ? others : reached;
    const size_t n_from = from->n_persons;
    for (w = 0; w < r->n_wanted; w++) {
        while (p < n_from && from->persons[p] < r->wanted[w]) {
            if (others)
                others->persons[kept++] = others->persons[p];
            p++;
        }
        if (p < n_from && from->persons[p] == r->wanted[w]) {
            if (others)
                class_person(reached, r->wanted[w]);
            p++;
        } else {
            r->wanted[left++] = r->wanted[w];
        }
    }
    r->n_wanted = left;
    if (others) {
        while (p < n_from)
            others->persons[kept++] = others->persons[p++];
        others->n_persons = kept;
        r->changed = true;
    }
    *owner = *owner && !owner_hit;
    return reached;
}

static void add(struct reach *r, const struct alm_line *line, bool owner, const alm_id *persons, size_t n,
                struct reach_counts *counts)
{
    want(r, persons, n);
    for (size_t i = 0; i < r->n_classes; i++) {
        struct class *c = &r->classes[i];
        if (c->owner == owner && c->n_persons == r->n_wanted &&
            (r->n_wanted == 0 || memcmp(c->persons, r->wanted, r->n_wanted * sizeof *r->wanted) == 0)) {
            class_add(r, c, line, counts);
            return;
        }
    }
    const size_t n_classes = r->n_classes;
    for (size_t i = 0; i < n_classes && (owner || r->n_wanted); i++) {
        struct class *reached = part(r, i, &owner);
        if (reached)
            class_add(r, reached, line, counts);
    }
    if (!owner && !r->n_wanted)
        return;
    struct class *c = class_new(r);
    c->owner = owner;
    for (size_t i = 0; i < r->n_wanted; i++)
        class_person(c, r->wanted[i]);
    class_add(r, c, line, counts);
}

void reach_add(struct reach *r, const struct alm_line *line, const alm_id *persons, size_t n_persons,
               struct reach_counts *counts)
{
    r->place = line->place != 0;
    add(r, line, true, persons, n_persons, counts);
}

void reach_add_person(struct reach *r, const struct alm_line *line, alm_id person, struct reach_counts *counts)
{
    add(r, line, false, &person, 1, counts);
}

bool reach_own_row(const struct register_members *members, const struct register_household *household, alm_id person)
{
    const struct register_member *found = NULL;
    for (size_t i = 0; i < household->n; i++) {
        const struct register_member *m = &members->members[household->first + i];
        if (m->member.id != person)
            continue;
        if (found || m->home != household->id || m->until != ALM_NO_DATE || m->aliased || m->elsewhere)
            return true;
        found = m;
    }
    return !found;
}

void reach_count_all(struct reach *r, int64_t sign, struct reach_counts *counts)
{
    struct class again = {0};
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class *c = &r->classes[i];
        const struct reach_weight w = class_weight(r, c, sign);
        again.n_marks = 0;
        for (size_t m = 0; m < c->n_marks; m++) {
            if (c->marks[m].kind == STAGE)
                add_programme(&again, c->marks[m].programme, &w, counts);
            add_mark(r, &again, &c->marks[m], &w, counts);
        }
    }
    free(again.marks);
}

void reach_subtract(struct reach *r, struct reach_counts *counts)
{
    reach_count_all(r, -1, counts);
    r->n_classes = 0;
    r->changed = true;
}

bool reach_changed(const struct reach *r)
{
    return r->changed;
}

/* ---- text ---- */

static const char digits[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
enum { MAX_DIGITS = 13 }; /* of 64 bits */

static char *put(char *at, uint64_t n)
{
    while (n > 31) {
        *at++ = digits[32 | (n & 31)];
        n >>= 5;
    }
    *at++ = digits[n];
    return at;
}

/* -1: no digit */
static int digit(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

struct reader {
    const char *at, *end;
    bool bad;
};

static int64_t take(struct reader *in)
{
    uint64_t n = 0;
    for (unsigned shift = 0; in->at < in->end && shift < 63; shift += 5) {
        const int d = digit((unsigned char)*in->at++);
        if (d < 0 || (shift == 60 && d > 7))
            break;
        n |= (uint64_t)(d & 31) << shift;
        if (d < 32)
            return (int64_t)n;
    }
    in->bad = true;
    return 0;
}

/* `before` and a difference, checked for overflow. */
static int64_t take_after(struct reader *in, int64_t before)
{
    int64_t n;
    if (__builtin_add_overflow(before, take(in), &n))
        in->bad = true;
    return in->bad ? 0 : n;
}

static void class_read(struct reach *r, struct reader *in)
{
    struct class *c = class_new(r);
    const int64_t head = take(in);
    c->owner = head & 1;
    int64_t last = 0;
    for (int64_t i = 0; i < head / 2 && !in->bad; i++) {
        const int64_t person = take_after(in, last);
        if (person <= last)
            in->bad = true;
        class_person(c, last = person);
    }
    for (int kind = STAGE; kind < KINDS; kind++) {
        const int64_t n = take(in);
        struct mark m = {0, 0, kind};
        for (int64_t i = 0; i < n && !in->bad; i++) {
            m.value = take_after(in, m.value);
            const int64_t programme = take(in);
            if (programme >= (int64_t)r->n_programmes) {
                in->bad = true;
                break;
            }
            m.programme = r->programmes[programme];
            if (c->n_marks && !mark_before(&c->marks[c->n_marks - 1], &m))
                in->bad = true;
            *class_mark(c) = m;
        }
    }
    if ((!c->owner && !c->n_persons) || !c->n_marks)
        in->bad = true;
}

enum alm_status reach_load(struct reach *r, struct alm_text state, struct alm_error *err)
{
    r->n_classes = 0;
    r->place = false;
    r->changed = false;
    size_t n;
    enum alm_status status = register_areas(r->directory, &r->areas, &n, err);
    if (status != ALM_OK || state.len == 0)
        return status;
    struct reader in = {state.at + 1, state.at + state.len, state.at[0] != 'h' && state.at[0] != 'p'};
    r->place = state.at[0] == 'p';
    r->n_programmes = 0;
    const int64_t n_programmes = take(&in);
    int64_t last = 0;
    for (int64_t i = 0; i < n_programmes && !in.bad; i++) {
        last = take_after(&in, last);
        ARRAY_ROOM(r->programmes, r->n_programmes, r->programmes_capacity);
        r->programmes[r->n_programmes++] = last;
    }
    while (in.at < in.end && !in.bad)
        class_read(r, &in);
    if (!in.bad)
        return ALM_OK;
    r->n_classes = 0;
    return error_set(err, ALM_INTERNAL, _("run `almoner audit verify`"),
                     _("the ledger's note of who was counted already (table reach) is damaged"));
}

static int compare_classes(const void *a, const void *b)
{
    const struct class *x = a, *y = b;
    if (x->owner != y->owner)
        return x->owner ? -1 : 1;
    return compare_ids(&x->persons[0], &y->persons[0]); /* only one has the owner, so these have persons */
}

/* Classes with the same marks become one; then all stand in one order, so that equal states have equal texts. */
static void make_canonical(struct reach *r)
{
    for (size_t i = 0; i < r->n_classes; i++) {
        for (size_t j = i + 1; j < r->n_classes;) {
            struct class *c = &r->classes[i], *same = &r->classes[j];
            if (!marks_equal(c, same)) {
                j++;
                continue;
            }
            c->owner = c->owner || same->owner;
            for (size_t p = 0; p < same->n_persons; p++)
                class_person(c, same->persons[p]);
            qsort(c->persons, c->n_persons, sizeof *c->persons, compare_ids);
            const struct class spare = *same;
            *same = r->classes[--r->n_classes];
            r->classes[r->n_classes] = spare;
        }
    }
    if (r->n_classes > 1)
        qsort(r->classes, r->n_classes, sizeof *r->classes, compare_classes);
}

static void gather_programmes(struct reach *r)
{
    r->n_programmes = 0;
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct class *c = &r->classes[i];
        for (size_t m = 0; m < c->n_marks && c->marks[m].kind == STAGE; m++) {
            size_t at = r->n_programmes;
            while (at > 0 && r->programmes[at - 1] > c->marks[m].programme)
                at--;
            if (at > 0 && r->programmes[at - 1] == c->marks[m].programme)
                continue;
            ARRAY_ROOM(r->programmes, r->n_programmes, r->programmes_capacity);
            memmove(&r->programmes[at + 1], &r->programmes[at], (r->n_programmes - at) * sizeof *r->programmes);
            r->programmes[at] = c->marks[m].programme;
            r->n_programmes++;
        }
    }
}

static char *class_text(const struct reach *r, const struct class *c, char *at)
{
    at = put(at, c->n_persons * 2 + c->owner);
    int64_t last = 0;
    for (size_t i = 0; i < c->n_persons; i++) {
        at = put(at, (uint64_t)(c->persons[i] - last));
        last = c->persons[i];
    }
    size_t m = 0;
    for (int kind = STAGE; kind < KINDS; kind++) {
        size_t end = m;
        while (end < c->n_marks && c->marks[end].kind == kind)
            end++;
        at = put(at, end - m);
        for (last = 0; m < end; m++) {
            size_t programme = 0;
            while (r->programmes[programme] != c->marks[m].programme)
                programme++;
            at = put(at, (uint64_t)(c->marks[m].value - last));
            at = put(at, programme);
            last = c->marks[m].value;
        }
    }
    return at;
}

struct alm_text reach_text(struct reach *r)
{
    if (r->n_classes == 0)
        return (struct alm_text){"", 0};
    make_canonical(r);
    gather_programmes(r);
    size_t room = 2 + r->n_programmes;
    for (size_t i = 0; i < r->n_classes; i++)
        room += 1 + r->classes[i].n_persons + KINDS + 2 * r->classes[i].n_marks;
    room *= MAX_DIGITS;
    if (room > r->text_capacity) {
        r->text_capacity = room * 2;
        r->text = xreallocarray(r->text, r->text_capacity, 1);
    }
    char *at = r->text;
    *at++ = r->place ? 'p' : 'h';
    at = put(at, r->n_programmes);
    alm_id last = 0;
    for (size_t i = 0; i < r->n_programmes; i++) {
        at = put(at, (uint64_t)(r->programmes[i] - last));
        last = r->programmes[i];
    }
    for (size_t i = 0; i < r->n_classes; i++)
        at = class_text(r, &r->classes[i], at);
    r->text_len = (size_t)(at - r->text);
    return (struct alm_text){r->text, r->text_len};
}
