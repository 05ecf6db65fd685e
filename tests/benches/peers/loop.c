// The textbook's network as a careful programmer writes it in C: one sample at a time, plain
// loops in the order of memory, float, sums of a mini-batch in a gradient buffer.
//
// Reads "<work> <seconds>" lines like the other peers; knows only the networks with sigmoid and
// quadratic loss. gcc -O3 -march=native -ffast-math.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCHES = 32, BATCH = 10, LARGEST = 784 };

static int in, hid, out;
static float *w1, *b1, *w2, *b2, *gw1, *gb1, *gw2, *gb2;
static float a1[LARGEST], a2[LARGEST], d1[LARGEST], d2[LARGEST];

static float uniform(void) { return (float)rand() / (float)RAND_MAX; }

static float *numbers(int n, float scale) {
    float *x = aligned_alloc(64, ((size_t)n * sizeof(float) + 63) / 64 * 64);
    for (int i = 0; i < n; i++) x[i] = scale * (2.0f * uniform() - 1.0f);
    return x;
}

static float sigmoid(float z) { return 1.0f / (1.0f + expf(-z)); }

static void sample(const float *x, const float *y) {
    for (int j = 0; j < hid; j++) {
        float z = b1[j];
        for (int i = 0; i < in; i++) z += w1[j * in + i] * x[i];
        a1[j] = sigmoid(z);
    }
    for (int j = 0; j < out; j++) {
        float z = b2[j];
        for (int i = 0; i < hid; i++) z += w2[j * hid + i] * a1[i];
        a2[j] = sigmoid(z);
        d2[j] = (a2[j] - y[j]) * a2[j] * (1.0f - a2[j]);
    }
    memset(d1, 0, hid * sizeof(float));
    for (int j = 0; j < out; j++) {
        gb2[j] += d2[j];
        for (int i = 0; i < hid; i++) {
            gw2[j * hid + i] += d2[j] * a1[i];
            d1[i] += w2[j * hid + i] * d2[j];
        }
    }
    for (int j = 0; j < hid; j++) {
        d1[j] *= a1[j] * (1.0f - a1[j]);
        gb1[j] += d1[j];
        for (int i = 0; i < in; i++) gw1[j * in + i] += d1[j] * x[i];
    }
}

static void descend(float *w, float *g, int n) {
    const float rate = 1e-3f / BATCH;
    for (int i = 0; i < n; i++) {
        w[i] -= rate * g[i];
        g[i] = 0.0f;
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double measure(double seconds) {
    w1 = numbers(hid * in, 0.1f), b1 = numbers(hid, 0.1f);
    w2 = numbers(out * hid, 0.1f), b2 = numbers(out, 0.1f);
    gw1 = numbers(hid * in, 0.0f), gb1 = numbers(hid, 0.0f);
    gw2 = numbers(out * hid, 0.0f), gb2 = numbers(out, 0.0f);
    float *x = numbers(BATCHES * BATCH * in, 1.0f), *y = numbers(BATCHES * BATCH * out, 0.0f);
    for (int r = 0; r < BATCHES * BATCH; r++) y[r * out + rand() % out] = 1.0f;
    long samples = 0;
    double start = now(), passed = 0.0;
    while ((passed = now() - start) < seconds) {
        for (int b = 0; b < BATCHES; b++) {
            for (int r = b * BATCH; r < (b + 1) * BATCH; r++) sample(x + r * in, y + r * out);
            descend(w1, gw1, hid * in), descend(b1, gb1, hid);
            descend(w2, gw2, out * hid), descend(b2, gb2, out);
        }
        samples += BATCHES * BATCH;
    }
    float *all[] = {w1, b1, w2, b2, gw1, gb1, gw2, gb2, x, y};
    for (int i = 0; i < 10; i++) free(all[i]);
    return (double)samples / passed;
}

int main(void) {
    char work[64];
    double seconds;
    while (scanf("%63s %lf", work, &seconds) == 2) {
        if (!strncmp(work, "w1", 2)) in = 4, hid = 8, out = 3;
        else if (!strncmp(work, "w2", 2)) in = 784, hid = 30, out = 10;
        else in = 0;
        printf("%f\n", in ? measure(seconds) : 0.0);
        fflush(stdout);
    }
}
