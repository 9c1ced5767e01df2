/* What the generator counts: a log histogram of delays, and everything that was not as it should be. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SUB_BITS = 6, BUCKETS = 64 << SUB_BITS, CODES = 5000 }; /* 64 steps a power of two: within 1.6 % */

static int64_t frames, bytes, gaps, doubled, reads, lost, first_at, last_at, largest;
static int64_t histogram[BUCKETS], closed[CODES];

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static int bucket(int64_t value) {
    if (value < 1 << SUB_BITS) return value < 0 ? 0 : (int)value;
    int high = 63 - __builtin_clzll(value), shift = high - SUB_BITS;
    return ((shift + 1) << SUB_BITS) + (int)((value >> shift) & ((1 << SUB_BITS) - 1));
}

static int64_t bucket_top(int at) {
    if (at < 1 << SUB_BITS) return at;
    int shift = (at >> SUB_BITS) - 1;
    return ((((int64_t)at & ((1 << SUB_BITS) - 1)) | (1 << SUB_BITS)) + 1) << shift;
}

static double percentile(double q) {
    int64_t need = (int64_t)(q * frames + 0.5), sum = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((sum += histogram[i]) >= need && sum) return bucket_top(i) / 1e6;
    return 0;
}

static void count_delay(int64_t at, int64_t stamp) {
    int64_t delay = at - stamp;
    frames++;
    if (!first_at) first_at = at;
    last_at = at;
    if (delay > largest) largest = delay;
    histogram[bucket(delay)]++;
}

static void forget_counts(void) {
    memset(histogram, 0, sizeof histogram);
    memset(closed, 0, sizeof closed);
    frames = bytes = gaps = doubled = reads = lost = first_at = last_at = largest = 0;
}

static void report(int opened) {
    printf("report {\"open\":%d,\"frames\":%lld,\"bytes\":%lld,\"reads\":%lld,\"gaps\":%lld,\"doubled\":%lld,"
           "\"lost\":%lld,\"seconds\":%.6f,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"p999\":%.4f,\"max\":%.4f,\"closed\":{",
           opened, (long long)frames, (long long)bytes, (long long)reads, (long long)gaps, (long long)doubled,
           (long long)lost, (last_at - first_at) / 1e9, percentile(.5), percentile(.9), percentile(.99),
           percentile(.999), largest / 1e6);
    const char *comma = "";
    for (int i = 0; i < CODES; i++)
        if (closed[i]) {
            printf("%s\"%d\":%lld", comma, i, (long long)closed[i]);
            comma = ",";
        }
    printf("}}\n");
}
