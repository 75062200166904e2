/* SPDX-License-Identifier: MIT */
/*
 * A chunk of the list of persons.  Its rows are parsed (people-parse.c), what the register knows of their households
 * and marks is read by a few set-based queries (people-read.c), rows are judged in memory in the order of the file
 * (list-person.c), and what came of it is written in bulk (people-write.c): no row that is new costs a query of its
 * own.
 */
#ifndef REGISTER_PEOPLE_H
#define REGISTER_PEOPLE_H

#include "register/list-internal.h"

enum person_column {
    P_HOUSEHOLD,
    P_RELATION,
    P_NATIONAL_ID,
    P_GIVEN_NAME,
    P_FAMILY_NAME,
    P_FATHER_NAME,
    P_BIRTH_DATE,
    P_SEX,
    P_MOBILE,
    P_AREA,
    P_ADDRESS,
    P_BASE,
    P_SCHOOL_GRADE,
    P_CRITERIA,
    P_FOREIGN_ID,
    P_MEMBER_SINCE,
    P_COLUMNS
};

enum { NAME_MAX_BYTES = 160, ADDRESS_MAX_BYTES = 600, NAME_KEY = 512 };
#define NOBODY UINT32_MAX
#define CLEARED (ALM_NULL + 1) /* of a number: an edit takes away what is known */

/* A row as it was understood.  Texts with at == NULL and ALM_NULL: not given; a text of no bytes is cleared (edit). */
struct person_row {
    uint32_t household;    /* number in the chunk; NOBODY: an edit leaves them where they live */
    uint32_t mark, f_mark; /* numbers of the marks; NOBODY */
    struct alm_text national_id, foreign_id, given_name, family_name, father_name, mobile, criteria, address;
    struct alm_text given_key, family_key;
    const char *wrong_id; /* when only looked at: why national_id is none, and not known by it; NULL: it is sound */
    int64_t relation, birth_date, sex, school_grade, since;
    alm_id area, base; /* ALM_NULL, CLEARED */
};

struct people_household {
    alm_id id; /* 0 until a row of a new one was accepted and ids are given */
    struct alm_text code, address;
    alm_id area, base; /* ALM_NULL */
    alm_id survivor;   /* it is an alias of that household; 0: of none */
    int64_t since;
    bool known;                                 /* it was in the register before this chunk */
    bool fresh;                                 /* a row of this chunk makes it */
    bool changed;                               /* known, and has to be written */
    bool gate;                                  /* its members changed */
    bool area_fixed, base_fixed, address_fixed; /* by a row of this file */
};

struct people_person {
    alm_id owner, id;
    uint32_t home;     /* household by number, of a fresh one; NOBODY */
    uint32_t lives_in; /* household by number; NOBODY: one that is not in this chunk */
    alm_id household;  /* where they live, if lives_in is NOBODY; 0: nowhere */
    uint32_t next;     /* person of the same household and names */
    bool fresh, changed, by_membership;
    struct alm_text national_id, foreign_id, given_name, family_name, father_name, mobile, criteria;
    int64_t relation, birth_date, sex, school_grade, since, until, erased;
    int64_t stay_since;                 /* of where they live */
    const struct people_person *before; /* as the store has it, once it is changed */
};

/* A person who goes to another household of the chunk. */
struct people_move {
    uint32_t person, household;
    alm_date since;
};

/* What a value that comes again and again was parsed to. */
struct people_memo {
    struct keys keys;
    struct people_value {
        int64_t number;
        struct alm_text text;
        const char *fault; /* NULL: sound */
    } * values;
    size_t capacity;
};

/* Households that this run has already put in an area: a file must not say two things.  Bounded: it forgets. */
enum { PEOPLE_SEEN = 1 << 16 };
struct people_seen {
    alm_id household;
    bool area, base, address;
};

struct people {
    struct register_importer *importer;
    struct arena *arena; /* of the chunk */
    struct import_row *rows;
    struct person_row *parsed;
    size_t n, rows_capacity;

    struct keys codes; /* of households, by number */
    struct people_household *households;
    size_t households_capacity;
    struct keys household_ids; /* of those that are known */
    uint32_t *household_of_id; /* number */
    size_t household_of_id_capacity;

    struct keys marks;
    uint32_t *mark_person; /* by mark; NOBODY */
    size_t marks_capacity;

    struct people_person *persons;
    size_t n_persons, persons_capacity;
    struct keys person_ids; /* of those that are known, in the order of their numbers */
    struct keys names;      /* household number, given, family */
    uint32_t *name_person;
    size_t names_capacity;

    struct people_move *moves;
    size_t n_moves, moves_capacity;

    struct people_memo memos[P_COLUMNS];
    struct people_seen *seen; /* PEOPLE_SEEN, by a hash of the id */

    struct store_bulk *household_bulk, *household_changes, *code_bulk, *person_bulk, *person_changes, *home_bulk,
        *mark_bulk, *name_bulk, *mobile_bulk;
};

/* people-parse.c */
void people_parse(struct people *);
/* Both names folded and joined, "a|b"; its length. */
size_t people_name_key(struct alm_text first, struct alm_text second, char *buf, size_t size);

struct alm_text people_fold_name(struct alm_text name, char buf[NAME_KEY]);
/* A given name likewise, without the title سید or سیده before it: some lists have it and some don't. */
struct alm_text people_fold_given(struct alm_text name, char buf[NAME_KEY]);
/* Of folded text without blanks: the length of the title that a name after it is joined to ("سیدعلی"); 0 if there is
 * none. */
size_t people_joined_title(struct alm_text folded);
bool people_is_title(struct alm_text folded);
/* The keys by which names find a person: given|family and family|given; their number, 0 to 2. */
enum { NAMES_KEY = 2 * NAME_KEY + 2 };
size_t people_name_keys(struct alm_text given, struct alm_text family, char first[NAMES_KEY], char second[NAMES_KEY],
                        struct alm_text keys[2]);
/* The mark of a foreign ID. */
struct alm_text people_foreign_mark(struct alm_text foreign_id, char mark[CODE_MAX + 3]);

/* people-read.c */
enum alm_status people_read(struct people *, struct alm_error *);
/* Make a person findable by household and names. */
void people_index_names(struct people *, uint32_t person, uint32_t household, struct alm_text given_key,
                        struct alm_text family_key);
/* Before they move: they are no longer found in the household where they live. */
void people_forget_names(struct people *, uint32_t person);
/* The first person of that household and names; NOBODY. */
uint32_t people_by_names(const struct people *, uint32_t household, struct alm_text given_key,
                         struct alm_text family_key);
uint32_t people_new_person(struct people *);
struct people_seen *people_seen(struct people *, alm_id household);

/* people-write.c */
enum alm_status people_write(struct people *, struct alm_error *);
void people_free_bulks(struct people *);

#endif
