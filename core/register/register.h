/* SPDX-License-Identifier: MIT */
/*
 * register: who and what aid is for, and who gives it: areas, bodies, groups, bases, stages, households, persons,
 * places. Imports of lists live here too: one runner for every CSV file.  It knows nothing of aid given.
 */
#ifndef REGISTER_REGISTER_H
#define REGISTER_REGISTER_H

#include "store/store.h"

extern const struct alm_migration *const register_migrations;
extern const size_t register_n_migrations;

/* ---- the directory (directory.c): the small tables, in memory, read on first use, by dense number ---- */

struct register_area {
    alm_id id;
    const char *code, *kind, *name, *name_latin;
    int32_t parent; /* number of the area above; -1: none */
    int32_t county; /* number of the county that it lies in or is; -1: none */
    int32_t depth;  /* 0 at the top */
};
struct register_entry { /* body, group, base, stage, programme: what all of them have */
    alm_id id;
    const char *code, *name;
    alm_id body;                    /* group */
    alm_id area;                    /* group, base */
    alm_date starts, ends;          /* stage */
    const char *unit, *unit_plural; /* programme */
    uint32_t recipient;             /* programme */
};
struct register_directory; /* of one store and transaction sequence */

struct register_directory *register_directory_new(struct store *);
void register_directory_free(struct register_directory *);
/* Forget what was read (after an import changed it). */
void register_directory_stale(struct register_directory *);
enum alm_status register_areas(struct register_directory *, const struct register_area **, size_t *n,
                               struct alm_error *);
/* Number of an area by id or by code (also by name if only one has it); -1 and *err (may be NULL) if there is none. */
int32_t register_area_by_id(struct register_directory *, alm_id);
int32_t register_area_by_code(struct register_directory *, struct alm_text, struct alm_error *);
bool register_area_within(struct register_directory *, int32_t area, int32_t within);
/* Ids of an area (by its number) and of all that lie in it, in the arena; NULL and none for -1. */
enum alm_status register_areas_within(struct register_directory *, int32_t within, struct arena *, const alm_id **ids,
                                      size_t *n, struct alm_error *);
enum register_noun { REGISTER_BODY, REGISTER_GROUP, REGISTER_BASE, REGISTER_STAGE, REGISTER_PROGRAMME, REGISTER_NOUNS };
enum alm_status register_entries(struct register_directory *, enum register_noun, const struct register_entry **,
                                 size_t *n, struct alm_error *);
const struct register_entry *register_by_id(struct register_directory *, enum register_noun, alm_id); /* NULL: none */
/* NULL and *err, with a suggestion, if there is none. */
const struct register_entry *register_by_code(struct register_directory *, enum register_noun, struct alm_text,
                                              struct alm_error *);
/* The stage that a day falls in, the one that began last; NULL if none. */
const struct register_entry *register_stage_of(struct register_directory *, alm_date);

/* ---- codes (keys.c) ---- */

/*
 * The form in which codes are compared: folded, without blanks and separators, except that a separator between two
 * digits stays (as -): H-0017 is h17's neighbour H 0017, but 1-23 is not 12-3.  Returns its length; empty for a code
 * without a letter or digit.
 */
enum { REGISTER_CODE_MAX = 120 };
size_t register_code_key(struct alm_text code, char out[REGISTER_CODE_MAX + 1]);

/* ---- from codes to ids, many at once (resolve.c) ---- ids[i] = 0 where there is none ---- */

enum alm_status register_households(struct store *, const struct alm_text *codes, size_t n, alm_id *ids,
                                    struct alm_error *);
enum alm_status register_places(struct store *, const struct alm_text *codes, size_t n, alm_id *ids,
                                struct alm_error *);
/* National IDs in canonical form (or "f:" and the key of a foreign ID) to persons and to their homes: the owners of
 * their rows. */
enum alm_status register_persons(struct store *, const struct alm_text *marks, size_t n, alm_id *persons, alm_id *homes,
                                 struct alm_error *);
/* One beneficiary from what a user typed: a code, a program's id; for persons a national ID or a mobile number that one
 * person has.  What is an alias leads to its survivor. */
enum alm_status register_find(struct store *, enum alm_noun, const char *text, alm_id *, struct alm_error *);
/* The same, and an alias is found itself. */
enum alm_status register_find_itself(struct store *, enum alm_noun, const char *text, alm_id *, struct alm_error *);
/* What people call it: a household's code, a person's name, an area's name. */
enum alm_status register_name(struct store *, enum alm_noun, alm_id, char *buf, size_t size, struct alm_error *);

/* ---- who is who: reading (alias.c) ---- */

/*
 * Two persons who turned out to be one: one is an alias of the other, the survivor, from the day on which somebody
 * decided so until a split ends it.  Nothing is rewritten.  An alias keeps its row, and its marks, names and number
 * lead to the survivor; what a list says of it goes into its own row, so that lists that came before change nothing
 * when they come again, and nothing of the survivor.  What was given to it stays where it was recorded, and whoever
 * judges, counts or lists reads across.  It belongs to its household no more from that day on.
 *
 * A household is an alias when all who belong to it are aliases of members of one other household, and for as long.
 *
 * An alias of an alias has the survivor of both: who stands for whom is one look-up.
 */
struct register_alias {
    alm_id id, survivor;
    alm_id owner; /* of a person the household that registered them; of a household itself */
    alm_date since;
};
/* Some of them.  Zero-initialise. */
struct register_aliases {
    struct register_alias *at; /* by id */
    size_t n, capacity;
    alm_id *survivors; /* ascending, each once */
    size_t n_survivors;
};
/* Whether there are any at all: in most campaigns there are none. */
enum alm_status register_aliases_exist(struct store *, bool *, struct alm_error *);
/* Add those of the groups that the persons and households `ids` belong to (may be more); NULL: all.  A group is a
 * survivor with all its aliases. */
enum alm_status register_aliases_read(struct store *, struct register_aliases *, const alm_id *ids, size_t n,
                                      struct alm_error *);
/* The same, and the groups are added to the ids, allocated with malloc; they come out ascending and unique. */
enum alm_status register_aliases_add(struct store *, struct register_aliases *, alm_id **ids, size_t *n,
                                     struct alm_error *);
void register_aliases_reset(struct register_aliases *);
void register_aliases_release(struct register_aliases *);
const struct register_alias *register_alias_of(const struct register_aliases *, alm_id); /* NULL: it is none */
/* Of those that were read: whose alias it is, or itself. */
alm_id register_survivor(const struct register_aliases *, alm_id);
bool register_has_aliases(const struct register_aliases *, alm_id);
/* The aliases of a survivor; their number, at most max. */
size_t register_stand_ins(const struct register_aliases *, alm_id survivor, alm_id *ids, size_t max);
/* One id: it becomes that of its survivor. */
enum alm_status register_resolve(struct store *, alm_id *, struct alm_error *);

/* ---- households with their members, many at once (members.c) ---- */

struct register_member {
    struct alm_member member; /* its id is the survivor's */
    alm_date since, until;    /* ALM_NO_DATE: from the start, to this day */
    alm_id home;
    alm_id alias;   /* the member is this alias of it; 0: it is no alias */
    bool aliased;   /* it is an alias, or has some */
    bool elsewhere; /* aid to another household named them: see register_person_elsewhere() */
};
struct register_household {
    alm_id id;
    alm_id area;
    alm_id base;
    size_t first; /* of its members in `members` */
    size_t n;
    const char *code; /* read by register_members_walk() alone; else NULL */
};
struct register_members {
    struct arena arena;                    /* criteria */
    struct register_household *households; /* in ascending order of id; only those that exist */
    size_t n_households, households_capacity;
    struct register_member *members;
    size_t n_members, members_capacity;
    bool no_aliases; /* in: the caller has asked already, and there are none */
};
/* Read households `ids` (ascending, unique) with everyone who ever belonged to them, by set-based queries.
 * Zero-initialise; reading again adds to what is there. */
enum alm_status register_members_read(struct store *, struct register_members *, const alm_id *ids, size_t n,
                                      struct alm_error *);
/*
 * The next households after that id (0: from the first on), at most so many, with their members and codes; what was in
 * `members` is forgotten.  None: that was all of them.  areas (NULL: all): only those that lie in one of these.  For
 * those who go through the whole register: without areas, everything is read in the order in which it is kept.
 */
enum alm_status register_members_walk(struct store *, struct register_members *, alm_id after, const alm_id *areas,
                                      size_t n_areas, size_t most, struct alm_error *);
const struct register_household *register_members_find(const struct register_members *, alm_id household);
void register_members_reset(struct register_members *);
void register_members_release(struct register_members *);
/* Whether a member belongs to the household on a day: since <= day < until, and born by then if the birth date is
 * known. */
bool register_member_on(const struct register_member *, alm_date day);
/* Mark persons (with the households that registered them, in any order) whom aid to another household named: a couple's
 * partner.  It is never taken back. */
enum alm_status register_person_elsewhere(struct store *, const alm_id *homes, size_t n_homes, const alm_id *persons,
                                          size_t n_persons, struct alm_error *);
/* The households that a person ever belonged to, or an alias or survivor of theirs. n is at most max. */
enum alm_status register_households_of(struct store *, alm_id person, alm_id *ids, size_t max, size_t *n,
                                       struct alm_error *);

/* ---- the import runner (import.c) ---- */

struct import_column {
    const char *name;    /* header in English */
    const char *aliases; /* others, Persian too, separated by |; compared folded and joined */
    bool required;       /* the column must be there */
};

/* Counts of a run; read = added + changed + same + refused + held + rejected. */
struct import_counts {
    int64_t read, added, changed, same, refused, held, rejected;
};

/* A row as it came: fields by the order of the columns (null where the file has no such column; trimmed). */
struct import_row {
    int64_t line;
    const struct alm_text *fields;
    /* The answer, by the chunk function: */
    enum import_outcome {
        IMPORT_ADDED,
        IMPORT_CHANGED,
        IMPORT_SAME,
        IMPORT_REFUSED,
        IMPORT_HELD,
        IMPORT_REJECTED
    } outcome;
    int column;         /* rejected: the column at fault, or -1 */
    const char *reason; /* refused, held, rejected: why; in the chunk's arena */
};

struct import {
    const char *command; /* "person import", for the journal and for resuming */
    const char *file;
    const char *const *map; /* `--map OURS=THEIRS`, ends with NULL; may be NULL */
    const char *
        rejects; /* path; NULL: the file's name with .rejects.csv in the current folder; made only when there are any */
    const struct import_column *columns;
    size_t n_columns;
    size_t chunk; /* rows in a transaction; 0: the runner chooses so that one takes under a second */
    bool dry_run; /* every transaction is rolled back */
    bool keyed;   /* a row that comes again is the same row, by its key: the answer to a commit may be lost */
    /* Judge and write one chunk, in order, inside an open write transaction: sets every row's outcome.  A status that
     * is not ALM_OK ends the run; the chunk is rolled back.  `entry` is the journal entry to fill (lines, digest, added
     * ...; id is given). */
    enum alm_status (*rows)(void *context, struct import_row *rows, size_t n, struct arena *arena,
                            struct store_entry *entry, struct alm_error *);
    /* The chunk that rows() was given last came to nothing because of others at work, and comes again: forget what was
     * counted for it.  May be NULL. */
    void (*again)(void *context);
    void *context;
    void (*progress)(void *context, int64_t done, int64_t total); /* bytes; may be NULL */
    void *progress_context;
    /* Told once which headers of the file are no column's, so that nobody takes them for read; may be NULL. */
    void (*unread)(void *context, const char *headers);
    void *unread_context;
    /* Set for a stream of single rows: each is a transaction of its own and answered here once it is committed
     * (rejected ones too); there is no rejects file and nothing to resume. */
    void (*answer)(void *context, const struct import_row *);
    void *answer_context;
    /* rows() only reads, and so does the run: inside the read transaction that is open, without journal, rejects file
     * or position.  answer() gets every row, at the end of its chunk. */
    bool look;
};

/* Run it: sniff, map headers, chunk, commit each with journal and position, write rejects, resume where an interrupted
 * run of the same file stopped. Malformed records are rejected with their reason and never reach rows().  The rejects
 * file holds rejected and refused rows.  A dry run is one transaction, rolled back at its end, so its counts are the
 * real ones.  *resumed_at is the line of the first row of this run (0: not resumed). */
enum alm_status import_run(struct store *, const struct import *, struct import_counts *, char *rejects_path,
                           size_t size, int64_t *resumed_at, struct alm_error *);
/* "3 rows read: 2 added, 1 rejected". */
void import_counts_text(const struct import_counts *, struct strbuf *);
/* "not read: qty (...)", for people. */
void import_unread_text(const char *headers, struct strbuf *);
/* For chunk functions: mark a row rejected at a column; text is copied to the arena. */
ALM_PRINTF(4, 5) void import_reject(struct import_row *, int column, struct arena *, const char *format, ...);

/* ---- the lists of the register (list-*.c) ---- */

/*
 * Called with the households whose members changed in a way that may touch aid already given (moved, dated back, born
 * earlier, erased): wired by host to the ledger, which counts its unique beneficiaries anew.  Inside the transaction.
 */
struct register_gate {
    enum alm_status (*members_changed)(void *context, const alm_id *households, size_t n, struct alm_error *);
    /* Areas get another parent or kind: told before (!moved), while the tree is the old one, and again after. */
    enum alm_status (*areas_move)(void *context, const alm_id *areas, size_t n, bool moved, struct alm_error *);
    /* A person's data are erased: so is what other rooms wrote of them. */
    enum alm_status (*erased)(void *context, alm_id person, struct alm_error *);
    /* Who is who changes among these persons: told before (!merged), so that nothing is recorded for them and their
     * households meanwhile, and again after, when all of it is counted anew. */
    enum alm_status (*persons_merge)(void *context, const alm_id *persons, size_t n, bool merged, struct alm_error *);
    void *context;
};

/* What an import of each noun reads; columns' names are the CSV's. */
enum register_list { LIST_AREA, LIST_BODY, LIST_GROUP, LIST_BASE, LIST_STAGE, LIST_PERSON, LIST_PLACE, LISTS };
const struct import_column *register_list_columns(enum register_list, size_t *n);
/* ---- a list against the register, without writing (look.c) ---- */

/* What tells who somebody is.  Texts of no bytes, ALM_NO_DATE, 0: not known. */
struct register_traits {
    struct alm_text national_id, foreign_id, given_name, family_name, father_name, mobile, address; /* borrowed */
    const char *wrong_id; /* why the national ID is none, and then it is as it was written; NULL: it is sound */
    alm_date birth_date;
    char sex;
    alm_id area;
};
/* Somebody in the register, with the household that they belong to; of an alias its own traits, and the survivor's
 * household. */
struct register_known {
    struct register_traits traits;
    alm_id person, household;
    alm_id survivor;      /* who the person is: of no alias themselves */
    alm_id home;          /* the household that registered them: the owner of their row */
    struct alm_text code; /* the household's; borrowed */
};
/* All who are not erased, aliases too, one after the other, by home and person; open first, next until !*more, close.
 */
struct register_people;
enum alm_status register_people_open(struct register_people **, struct store *, alm_date day, struct alm_error *);
enum alm_status register_people_next(struct register_people *, struct register_known *, bool *more, struct alm_error *);
void register_people_close(struct register_people *);
/* Which of these persons are there, neither erased nor aliases, ascending and each once: `homes` are the owners of
 * their rows, `there` has room for n. */
enum alm_status register_persons_there(struct store *, const alm_id *homes, const alm_id *ids, size_t n, alm_id *there,
                                       size_t *n_there, struct alm_error *);

struct register_importer; /* context of rows() for one list */
struct register_importer *register_importer_new(enum register_list, struct store *, struct register_directory *,
                                                const struct register_gate *, alm_date today, bool move);
void register_importer_free(struct register_importer *);
/* Of a list of persons: from now on rows are parsed and, if they are sound, handed to `each`; nothing is written.  A
 * national ID that is none is no reason to look away where there is a name. */
void register_importer_look(struct register_importer *,
                            void (*each)(void *context, int64_t line, const struct register_traits *), void *context);
enum alm_status register_importer_rows(void *importer, struct import_row *, size_t n, struct arena *,
                                       struct store_entry *, struct alm_error *);

/* `area add`, `body edit` ...: one row of the same columns through the same code (`values` by column; null: not given,
 * stays as it is when editing, where an empty text clears it).  must_exist: edit; else add (what exists is
 * ALM_BAD_DATA).  For a person that is edited *id comes in: who. */
enum alm_status register_put(enum register_list, struct store *, struct register_directory *,
                             const struct register_gate *, alm_date today, const struct alm_text *values,
                             bool must_exist, alm_id *, struct alm_error *);

/* ---- small lists of other rooms (list-small*.c) ---- the same way through: codes, columns, edits, rejects ---- */

/* What a cell is. */
enum cell_kind {
    CELL_CODE,
    CELL_TEXT,
    CELL_KIND,   /* lower-case words; some are translated */
    CELL_CHOICE, /* one of `words` */
    CELL_WORDS,
    CELL_NUMBER,
    CELL_QUANTITY, /* thousandths */
    CELL_DATE,
    CELL_AREA,
    CELL_PARENT, /* an area that may come later in the chunk */
    CELL_BODY
};
struct register_cell {
    const char *column; /* in the store */
    enum cell_kind kind;
    bool needed;                   /* a new row has to have it */
    const char *const (*words)[2]; /* how it may be written, and what is kept; ends with NULLs */
};
/* A column that is no column of the file: made by the program. */
enum register_extra { EXTRA_NONE, EXTRA_NAME_KEY, EXTRA_SINCE };
/* A table with an id, whose first cell is a code. */
struct register_table {
    const char *word, *name;             /* for messages; in the store */
    const struct import_column *columns; /* of the file, one for each cell */
    const struct register_cell *cells;
    size_t n_cells;     /* at most REGISTER_CELLS_MAX */
    const char *codes;  /* all ids and codes; NULL: by key */
    const char *select; /* id, the cells, the extra column; of $1 */
    enum register_extra extra;
    const char *extra_column;
    size_t fixed;       /* the cell that stays as it is once the row is in use */
    const char *in_use; /* which of the ids $1 are; NULL: no cell stays */
};
enum { REGISTER_CELLS_MAX = 8 };
/* As register_importer_new() and register_put(), without a gate: what hangs on another room's list is its own matter.
 */
struct register_importer *register_table_importer_new(const struct register_table *, struct store *,
                                                      struct register_directory *, alm_date today);
enum alm_status register_table_put(const struct register_table *, struct store *, struct register_directory *,
                                   alm_date today, const struct alm_text *values, bool must_exist, alm_id *,
                                   struct alm_error *);

/* ---- persons (person.c) ---- */

struct register_person {
    alm_id id, owner, household; /* household: on `day` */
    const char *household_code;
    uint32_t relation;
    const char *national_id, *foreign_id, *given_name, *family_name, *father_name, *sex, *mobile, *criteria;
    alm_date birth_date, erased;
    int64_t school_grade; /* ALM_NULL: not known */
    alm_id area, base;    /* of the household; 0: not known */
    const char *address;
};
/* Strings live in the arena. */
enum alm_status register_person_read(struct store *, alm_id person, alm_date day, struct register_person *,
                                     struct arena *, struct alm_error *);
/* Persons by name (any spelling variant, either order, beginnings too), national ID, foreign ID, mobile or id; at most
 * `max`, *n of them, best first. */
enum alm_status register_person_find(struct store *, const char *text, alm_id *ids, size_t max, size_t *n,
                                     struct alm_error *);
/* A new membership from `since` on. */
enum alm_status register_person_move(struct store *, const struct register_gate *, alm_id person, alm_id household,
                                     alm_date since, struct alm_error *);
/* Personal data go, those of their aliases too; id, household, birth year, sex and dates of membership stay, and so
 * does everything in the ledger. */
enum alm_status register_person_erase(struct store *, const struct register_gate *, alm_id person, alm_date day,
                                      struct alm_error *);
extern const char *const register_relations[]; /* by enum alm_relation; ends with NULL */

/* ---- who is who: deciding (merge.c) ---- inside an open write transaction ---- */

struct register_merge {
    alm_id survivor, merged;   /* in: two persons; aliases stand for their survivors.  Out: these */
    alm_date day;              /* on which it is decided */
    const char *reason;        /* without personal data; may be NULL */
    bool despite_ids;          /* although each has a national ID of its own */
    struct store_entry *entry; /* with its id: its digest takes what is decided, so that the audit finds what is not */
    alm_id household;          /* out: that became an alias with them (or no longer is one); 0: none */
    alm_id chosen;             /* out, of a split: into whom it had been merged, who may be an alias as well by now */
};
/*
 * From now on `merged` is an alias of `survivor`, its aliases too; and its household, if nobody else belongs to it, of
 * the survivor's.  All of it is one step, and the gate's rooms take part in it: nothing else is to be called.
 * ALM_BAD_DATA: they are one already, or one was erased.  ALM_REFUSED: each has a national ID of its own, so that one
 * of them has to be wrong.
 */
enum alm_status register_person_merge(struct store *, const struct register_gate *, struct register_merge *,
                                      struct alm_error *);
/*
 * `merged` (itself, see register_find_itself()) is a person of its own again, with the aliases that it had.  All is as
 * before; what was recorded in between stays with the survivor.  ALM_BAD_DATA: it is no alias, or was erased.
 */
enum alm_status register_person_split(struct store *, const struct register_gate *, struct register_merge *,
                                      struct alm_error *);
/* What an entry's digest takes of a decision: to merge (day: since), or else to split (day: until). */
struct register_decided {
    alm_id owner, id, decision, chosen, entry;
    bool split;
    alm_date day;
    const char *who;
};
void register_decided_digest(const struct register_decided *, uint64_t out[2]);
/* Aliases of a person (or household), as they were decided. Strings live in the arena. */
struct register_decision {
    alm_id alias, chosen; /* chosen: in whose favour; an alias of the survivor by now, or itself */
    alm_date since;
    const char *who, *reason;
};
enum alm_status register_decisions(struct store *, alm_id survivor, struct register_decision **, size_t *n,
                                   struct arena *, struct alm_error *);
/* How many live where on a day, aliases left out: a row for each area that a household has (0: not known), in the order
 * of their ids; allocated with malloc. */
struct register_need {
    alm_id area;
    int64_t households, persons;
};
enum alm_status register_need(struct store *, alm_date day, struct register_need **, size_t *n, struct alm_error *);
/* Counts for `status`. */
enum alm_status register_counts(struct store *, int64_t *households, int64_t *persons, int64_t *places,
                                struct alm_error *);

#endif
