/* SPDX-License-Identifier: MIT */
/* compare: how near two values are.  Values come folded, one byte a letter. */
#ifndef MATCH_COMPARE_H
#define MATCH_COMPARE_H

#include "match/match.h"

enum { COMPARE_LONGEST = 64 };

/* A value's letters and what was worked out of them once. */
struct compare_value {
    const uint8_t *at;
    uint8_t len;
    uint32_t sound; /* 0: none */
    uint64_t bag;   /* of identifiers: how often each letter comes, compare_bag() */
};

/* Where the bit-parallel comparisons keep the places of letters; all zero between calls. One a thread. */
struct compare {
    uint64_t places[256];
};

enum compare_how {
    COMPARE_EXACT,
    COMPARE_NAME,   /* edit distance, Jaro-Winkler, sound, beginnings */
    COMPARE_JARO,   /* Jaro-Winkler alone */
    COMPARE_EDIT,   /* Damerau-Levenshtein alone */
    COMPARE_SOUND,  /* the phonetic key */
    COMPARE_TOKENS, /* words in any order */
    COMPARE_DIGITS, /* identifiers: a wrong digit, two that changed places */
    COMPARE_NUMBER, /* numeric distance */
    COMPARE_DATE,   /* a wrong digit, day and month exchanged, a wrong part */
    COMPARE_EMAIL,
    COMPARE_HOWS
};
extern const char *const compare_names[COMPARE_HOWS + 1];

/* Folded text to letters of one byte: ASCII as it is, all others to the upper half, where few letters of one script
 * meet. Returns the length, COMPARE_LONGEST at most. */
size_t compare_letters(const char *folded, size_t len, uint8_t out[COMPARE_LONGEST]);
/* Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours. */
unsigned compare_edits(struct compare *, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
double compare_jaro_winkler(struct compare *, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
/* Four bits for each letter's count; two values are at least half as many edits apart as their counts are. */
uint64_t compare_bag(const uint8_t *at, size_t len);
unsigned compare_bags(uint64_t a, uint64_t b);
/* Share of the words that the two have in common, of 0 to 1; words with one wrong letter count half. */
double compare_tokens(struct compare *, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
/* Eight digits yyyymmdd. */
enum match_level compare_dates(const uint8_t *a, const uint8_t *b);
/* Of two values that are there and not equal; `limits`: of near and similar for JARO, EDIT and NUMBER. */
enum match_level compare_level(struct compare *, enum compare_how, const double limits[2], struct compare_value a,
                               struct compare_value b);

#endif
