/* SPDX-License-Identifier: MIT */
/* What the files of the secretariat share. */
#ifndef SECRETARIAT_INTERNAL_H
#define SECRETARIAT_INTERNAL_H

#include "secretariat/secretariat.h"

/* No number of a sheet is larger, so that those of all areas add up. */
#define SHEET_MOST INT64_C(1000000000000000)

enum { SECRETARIAT_WORD_MOST = 200, SECRETARIAT_TEXT_MOST = 2000 }; /* bytes of a name; of what was decided */

/* ---- committee.c ---- */
/* Whether a code may stand in a list or on a command line: one word with a letter or digit, of 60 bytes at most. `word`
 * says what it is of. */
enum alm_status secretariat_check_code(const char *word, const char *code, struct alm_error *);
enum alm_status secretariat_check_text(const char *word, const char *text, size_t most, struct alm_error *);
bool secretariat_same_code(const char *, const char *);

#endif
