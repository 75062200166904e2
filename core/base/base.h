/* SPDX-License-Identifier: MIT */
/*
 * base: what every room needs and that knows nothing of aid: errors, memory, numbers, dates, identifiers, Persian text,
 * CSV, files.  It prints nothing, and knows no plug-in and no store.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <almoner/plugin.h>
#include <libintl.h>
#include <pthread.h>
#include <stdio.h>

/* Text for users goes through _(); N_() marks text in tables that is translated where it is shown. */
#define _(text) gettext(text)
#define N_(text) text
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- errors (error.c) ---- */

/* Fill `err` (may be NULL) and return `status`.  `hint` may be NULL. */
ALM_PRINTF(4, 5)
enum alm_status error_set(struct alm_error *err, enum alm_status status, const char *hint, const char *format, ...);
/* Put "prefix: " before the text that stands in `err`; returns err->status. */
ALM_PRINTF(2, 3) enum alm_status error_prefix(struct alm_error *err, const char *format, ...);
enum alm_status error_no_memory(struct alm_error *err);
/* The candidate nearest to `word` by edit distance, or NULL if none is near enough to be meant. */
const char *error_nearest(const char *word, const char *const *candidates, size_t n);

/* ---- memory (memory.c) ---- */

/* Memory freed as a whole.  Zero-initialise; arena_alloc aborts the process when memory is out (as xmalloc does). */
struct arena {
    struct arena_block *blocks;
    size_t used;
};
void *arena_alloc(struct arena *, size_t size); /* zeroed, aligned for any type */
char *arena_strdup(struct arena *, const char *);
char *arena_strndup(struct arena *, const char *, size_t len);
ALM_PRINTF(2, 3) char *arena_printf(struct arena *, const char *format, ...);
void arena_reset(struct arena *); /* keep one block for use again */
void arena_release(struct arena *);

/* Heap memory: these end the process with a message when memory is out; free with free(). */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *, size_t n, size_t size);
char *xstrdup(const char *);
/* A bulk command follows: keep what it frees for its next chunk instead of giving it back, and ask for huge pages. */
void memory_for_bulk(void);

/* Make room for one more element in a malloc'ed array; doubles. Elements are not zeroed. */
#define ARRAY_ROOM(array, count, capacity)                                                                             \
    do {                                                                                                               \
        if ((count) >= (capacity)) {                                                                                   \
            (capacity) = (capacity) ? (capacity) * 2 : 16;                                                             \
            (array) = xreallocarray((array), (capacity), sizeof *(array));                                             \
        }                                                                                                              \
    } while (0)

/* A growing string; zero-initialise.  `at` is NULL while nothing was added, else ends with a NUL. */
struct strbuf {
    char *at;
    size_t len;
    size_t capacity;
};
void strbuf_add(struct strbuf *, const void *bytes, size_t len);
void strbuf_adds(struct strbuf *, const char *);
void strbuf_addc(struct strbuf *, char);
ALM_PRINTF(2, 3) void strbuf_addf(struct strbuf *, const char *format, ...);
void strbuf_reset(struct strbuf *);
void strbuf_release(struct strbuf *);

/* ---- work beside the caller's (task.c) ---- */

struct task {
    pthread_t thread;
    bool beside; /* on that thread */
    void (*work)(void *context);
    void *context;
};
/* Begin `work` on a thread of its own; where there is but one processor, or no thread to be had, it is done when this
 * returns.  The task stays where it is until task_wait(); what it works on is its own until then. */
void task_start(struct task *, void (*work)(void *context), void *context);
/* Wait until it is done; nothing where none was started. */
void task_wait(struct task *);

/* ---- numbers (number.c) ---- parsers accept Persian and Arabic digits, and the Arabic decimal (٫) and group (٬) marks. */

enum alm_status number_parse_int(struct alm_text, int64_t *, struct alm_error *);
/* A decimal as thousandths; more than three decimals are refused. */
enum alm_status number_parse_thousandths(struct alm_text, int64_t *, struct alm_error *);
/* Money as minor units; `decimals` of the currency (IRR: 0). */
enum alm_status number_parse_money(struct alm_text, int decimals, int64_t *, struct alm_error *);
/* Beyond any real amount, and small enough that thousands of such fit into a sum; more is refused. */
#define NUMBER_MOST_MONEY INT64_C(1000000000000000)
/* "30 days" -> seconds. Units: second minute hour day week year, singular or plural. */
enum alm_status number_parse_duration(struct alm_text, int64_t *, struct alm_error *);
/* Plain, without group marks: 1500 thousandths is "1.5", 2000 is "2". */
void number_format_thousandths(int64_t, char *buf, size_t size);
void number_format_money(int64_t, int decimals, char *buf, size_t size);
void number_format_duration(int64_t seconds, char *buf, size_t size);
/* Put group marks into a plain number ("12345.5" -> "12,345.5"). */
void number_group(const char *plain, char *buf, size_t size);

/* ---- dates (date.c) ---- */

/* Year, month, day in the Solar Hijri calendar (33-year rule, exact for 1178-1502; domain.md), and back.  date_from_solar
 * and date_from_iso return ALM_NO_DATE for a day that does not exist. */
void date_to_solar(alm_date, int32_t *year, int32_t *month, int32_t *day);
alm_date date_from_solar(int32_t year, int32_t month, int32_t day);
void date_to_iso(alm_date, int32_t *year, int32_t *month, int32_t *day);
alm_date date_from_iso(int32_t year, int32_t month, int32_t day);
/* 2020-12-05, 1399/09/15, 1399-9-15, with any digits; the calendar is told by the year (below 1700: Solar Hijri).
 * The error says what is wrong: "30 Esfand 1400: 1400 is not a leap year". */
enum alm_status date_parse(struct alm_text, alm_date *, struct alm_error *);
enum date_calendar { DATE_ISO, DATE_SOLAR };
void date_format(alm_date, enum date_calendar, char *buf, size_t size); /* 2020-12-05 or 1399/09/15; "" for ALM_NO_DATE */
/* Solar Hijri month number of a day (year * 12 + month - 1); its first day; "1399/09"; back from "1399/09". */
int32_t date_month(alm_date);
alm_date date_month_start(int32_t month);
void date_format_month(int32_t month, char *buf, size_t size);
enum alm_status date_parse_month(struct alm_text, int32_t *, struct alm_error *);
const char *date_month_name(int32_t month_of_year, bool persian); /* 1 to 12 */
/* 2020-12-05T12:30 with optional :SS, in the zone (below) unless Z or +03:30 follows; a date alone is its first moment. */
enum alm_status date_parse_time(struct alm_text, alm_time *, struct alm_error *);
void date_format_time(alm_time, char *buf, size_t size); /* 2020-12-05T12:30:00+03:30, or with Z */
/* For people: 2020-12-05 12:30 or 1399/09/15 12:30, with :SS if they are not 0. */
void date_format_clock(alm_time, enum date_calendar, char *buf, size_t size);
alm_date date_of_time(alm_time); /* the day in the zone */

/* ---- the time zone (zone.c) ---- one for the process: that of the campaign ---- */

/* Whether the system's tz database has that name ("Asia/Tehran"). */
bool zone_exists(const char *name);
/* NULL or "": the system's.  At the start, before there are threads. */
void zone_set(const char *name);
struct zone_local {
    alm_date date;
    int32_t seconds; /* since its midnight, as a clock shows them */
    int32_t offset;  /* seconds ahead of UTC */
};
bool zone_local(alm_time, struct zone_local *); /* false: out of range */
/* The instant of a clock's time; of two (the clock was set back) the earlier.  False if there is none, since the clock was
 * set forward over it; *time is then the moment as if it had not been. */
bool zone_time(alm_date, int64_t seconds, alm_time *time);

/* ---- identifiers (identifier.c) ---- */

/* National ID to its canonical 10 digits (pads 8 and 9 digits, any script); errors say which rule it breaks. */
enum alm_status identifier_national_id(struct alm_text, char out[11], struct alm_error *);
/* Mobile number to +98 9xx xxx xxxx without blanks. */
enum alm_status identifier_mobile(struct alm_text, char out[16], struct alm_error *);

/* ---- text (text.c) ---- */

struct alm_text text_of(const char *); /* NULL gives null text */
struct alm_text text_trim(struct alm_text);
bool text_equal(struct alm_text, const char *);
/* First byte that is not valid UTF-8 (NUL counts as invalid), or len. */
size_t text_valid_length(struct alm_text);
/* The key by which names are compared: NFKC, case fold, Persian folds (yeh, kaf, alef, hamza, heh), digits to Latin, no
 * ZWNJ, tatweel, harakat or punctuation; runs of blanks become one.  Written to out, at most size - 1 bytes, ends with a NUL;
 * returns its length.  Idempotent. */
size_t text_fold(struct alm_text, char *out, size_t size);
/* text_fold() without any blanks: compounds joined or not compare equal. */
size_t text_fold_joined(struct alm_text, char *out, size_t size);
/* A key of how a name sounds (sound.c): its consonants in Latin letters, the same for Persian script and for its
 * transliterations, for compounds joined or not, and for letters that sound alike.  Of the first 240 bytes; idempotent. */
size_t text_sound(struct alm_text, char *out, size_t size);
/* text_fold_joined() of a given name without the سید or سیده before it. */
size_t text_given_name(struct alm_text, char *out, size_t size);
/* Digits of any script to Latin, in place of nothing else; returns length. */
size_t text_latin_digits(struct alm_text, char *out, size_t size);
/* Latin digits to Persian ones. */
size_t text_persian_digits(struct alm_text, char *out, size_t size);
/* Columns on a terminal. */
size_t text_width(struct alm_text);

/* ---- digests (digest.c; BLAKE2b of libsodium) ---- */

enum { DIGEST_SIZE = 32 };
struct digest {
    _Alignas(64) unsigned char opaque[384];
};
void digest_init(struct digest *, const unsigned char *key, size_t key_len); /* key NULL: no key */
void digest_add(struct digest *, const void *bytes, size_t len);
/* Eight bytes a number, the lowest first, on every machine; a text with its length, null unlike empty. */
void digest_add_numbers(struct digest *, const int64_t *numbers, size_t n);
void digest_add_text(struct digest *, struct alm_text);
void digest_final(struct digest *, unsigned char out[DIGEST_SIZE]);
void digest_hex(const unsigned char *bytes, size_t n, char *out); /* 2n + 1 bytes */
/* 64-bit hash for tables and fingerprints inside one process (SipHash with a fixed key). */
uint64_t digest_quick(const void *bytes, size_t len);

/* ---- keys made of content (seen.c) ---- */

/* What one run of the program saw that has no key of its own. */
struct seen;
struct seen *seen_new(void);
void seen_free(struct seen *);
/* What follows belongs to that entry of the journal. */
void seen_begin(struct seen *, alm_id entry);
/* That entry came to nothing, and its contents come again: forget that they were counted. */
void seen_again(struct seen *);
/* The key of a content of that date: of its digest, and of how many equal ones came before. Returns its length. */
enum { SEEN_KEY_SIZE = 56 };
size_t seen_key(struct seen *, alm_date, const unsigned char content[DIGEST_SIZE], char out[SEEN_KEY_SIZE]);

/* ---- keys outside the store (secret.c) ---- */

enum { SECRET_SIZE = DIGEST_SIZE };
/* The random key in that file, of mode 0600; made if `make` and there is none, else ALM_NO_INPUT.  One that others can
 * read is refused; `shared`: those of the file's group may, where an administrator let them (mode 0640). */
enum alm_status secret_key(const char *file, bool make, bool shared, unsigned char key[SECRET_SIZE],
                           struct alm_error *);

/* ---- ids (id.c) ---- */

/*
 * Ids: 41 bits of milliseconds since 2020-01-01Z, 10 bits of node, 12 of sequence; they sort by time.  All processes of a
 * node reserve whole milliseconds through its file, under a lock, and never go backwards.
 */
struct id_source {
    int fd;
    int node;
    int64_t next;
    int64_t end;
    int64_t (*clock_ms)(void *context); /* milliseconds since the Unix epoch */
    void *context;
};
/* node: 0 to 1023.  Each process opens its own source: one that is inherited by fork() shares its lock. */
enum alm_status id_open(struct id_source *, const char *file, int node, struct alm_error *);
enum alm_status id_next(struct id_source *, alm_id *, struct alm_error *);
/* n ids in rising order, with one reservation at most; not always without gaps. */
enum alm_status id_fill(struct id_source *, alm_id *out, size_t n, struct alm_error *);
void id_close(struct id_source *);

/* ---- files (file.c) ---- */

/* The whole file; ends with a NUL that is not counted.  Free `*at`. */
enum alm_status file_read(const char *path, size_t limit, char **at, size_t *len, struct alm_error *);
/* Replace a file whole or not at all: temporary file beside it, fsync, rename, fsync of the folder; keeps the mode. */
enum alm_status file_replace(const char *path, const void *bytes, size_t len, struct alm_error *);
/* dir + "/" + name, or name if it is absolute. In the arena. */
char *file_join(struct arena *, const char *dir, const char *name);
char *file_folder_of(struct arena *, const char *path);

/* ---- CSV (csv.c; libcsv) ---- */

/*
 * A stream of records.  The delimiter (, ; tab |) is sniffed from the header; a BOM and CRLF are eaten; a record keeps the
 * line on which it began.  Faults of one record (a field with bytes that are not UTF-8, a NUL, a record over the
 * limit) are handed out with that record (`fault`), and reading goes on; an unterminated quote ends with a fault for
 * the record that it began.  Memory is bounded by CSV_MAX_RECORD.
 */
enum { CSV_MAX_RECORD = 1 << 20, CSV_MAX_FIELDS = 256 };
struct csv_record {
    int64_t line; /* of the file, from 1 */
    size_t n;
    const struct alm_text *fields; /* each ends with a NUL as well; valid until the next record */
    const char *fault;             /* what is wrong with this record as a whole; NULL if nothing */
    size_t fault_field;            /* from 0, if the fault lies in one field; else SIZE_MAX */
};
struct csv_reader;
/* path "-" is standard input. */
enum alm_status csv_open(struct csv_reader **, const char *path, struct alm_error *);
/* *end is set at the end of the file. The first record is the header. */
enum alm_status csv_next(struct csv_reader *, struct csv_record *, bool *end, struct alm_error *);
char csv_delimiter(const struct csv_reader *);
/* Bytes of the file whose records were handed out, size of the file (0: not known), and the digest of those bytes. */
int64_t csv_position(const struct csv_reader *);
int64_t csv_size(const struct csv_reader *);
void csv_digest(const struct csv_reader *, unsigned char out[DIGEST_SIZE]);
void csv_close(struct csv_reader *);
/* One field, quoted where it must be, onto `out`. */
void csv_add_field(struct strbuf *out, struct alm_text, char delimiter);

#endif
