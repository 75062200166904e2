/* SPDX-License-Identifier: MIT */
#include "campaign.h"

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

struct chance chance_of(uint64_t seed, enum chance_kind kind, uint64_t index)
{
    return (struct chance){mix(mix(seed + (uint64_t)kind * UINT64_C(0x9e3779b97f4a7c15)) ^ index)};
}

uint64_t chance_next(struct chance *chance)
{
    chance->state += UINT64_C(0x9e3779b97f4a7c15);
    return mix(chance->state);
}

uint32_t chance_below(struct chance *chance, uint32_t n)
{
    return (uint32_t)(((chance_next(chance) >> 32) * n) >> 32);
}

bool chance_percent(struct chance *chance, uint32_t percent)
{
    return chance_below(chance, 100) < percent;
}

/* A four-round Feistel network over an even number of bits, walked until the value falls below n. */
uint64_t chance_permute(uint64_t key, uint64_t index, uint64_t n)
{
    unsigned half = 1;
    while (half < 16 && (UINT64_C(1) << (2 * half)) < n)
        half++;
    uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t left = index >> half, right = index & mask;
        for (uint64_t round = 0; round < 4; round++) {
            uint64_t next = left ^ (mix(right + key + round * UINT64_C(0x9e3779b97f4a7c15)) & mask);
            left = right;
            right = next;
        }
        index = left << half | right;
    } while (index >= n);
    return index;
}
