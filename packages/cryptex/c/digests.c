/*
 * MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4) behind OpenSSL's names. The three differ in their block function, first state and byte
 * order; blocks of 64 bytes and the padding are the same.
 */
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>
#include <yara/mem.h>

#define BLOCK 64
/* The message's length in bits follows the padding in the last 8 bytes of a block. */
#define PADDED (BLOCK - 8)
#define MAX_WORDS 8

struct digest_algorithm
{
  void (*block)(uint32_t* state, const uint8_t* data);
  const uint32_t* first_state;
  unsigned words;
  int big_endian;
};

struct digest_context
{
  const EVP_MD* algorithm;
  uint32_t state[MAX_WORDS];
  uint64_t length;
  uint8_t rest[BLOCK];
};

static uint32_t left(uint32_t word, unsigned bits) { return word << bits | word >> (32 - bits); }
static uint32_t right(uint32_t word, unsigned bits) { return word >> bits | word << (32 - bits); }

static uint32_t little_word(const uint8_t* data)
{
  return data[0] | (uint32_t) data[1] << 8 | (uint32_t) data[2] << 16 | (uint32_t) data[3] << 24;
}

static uint32_t big_word(const uint8_t* data)
{
  return (uint32_t) data[0] << 24 | (uint32_t) data[1] << 16 | (uint32_t) data[2] << 8 | data[3];
}

/* RFC 1321, 3.4: floor(2^32 * |sin(i + 1)|). */
static const uint32_t MD5_CONSTANTS[64] = {
    0xD76AA478, 0xE8C7B756, 0x242070DB, 0xC1BDCEEE, 0xF57C0FAF, 0x4787C62A, 0xA8304613, 0xFD469501,
    0x698098D8, 0x8B44F7AF, 0xFFFF5BB1, 0x895CD7BE, 0x6B901122, 0xFD987193, 0xA679438E, 0x49B40821,
    0xF61E2562, 0xC040B340, 0x265E5A51, 0xE9B6C7AA, 0xD62F105D, 0x02441453, 0xD8A1E681, 0xE7D3FBC8,
    0x21E1CDE6, 0xC33707D6, 0xF4D50D87, 0x455A14ED, 0xA9E3E905, 0xFCEFA3F8, 0x676F02D9, 0x8D2A4C8A,
    0xFFFA3942, 0x8771F681, 0x6D9D6122, 0xFDE5380C, 0xA4BEEA44, 0x4BDECFA9, 0xF6BB4B60, 0xBEBFBC70,
    0x289B7EC6, 0xEAA127FA, 0xD4EF3085, 0x04881D05, 0xD9D4D039, 0xE6DB99E5, 0x1FA27CF8, 0xC4AC5665,
    0xF4292244, 0x432AFF97, 0xAB9423A7, 0xFC93A039, 0x655B59C3, 0x8F0CCC92, 0xFFEFF47D, 0x85845DD1,
    0x6FA87E4F, 0xFE2CE6E0, 0xA3014314, 0x4E0811A1, 0xF7537E82, 0xBD3AF235, 0x2AD7D2BB, 0xEB86D391,
};

static const uint8_t MD5_SHIFTS[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static void md5_block(uint32_t* state, const uint8_t* data)
{
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

  for (unsigned i = 0; i < 64; i++)
  {
    uint32_t mixed;
    unsigned word;
    switch (i / 16)
    {
    case 0:
      mixed = (b & c) | (~b & d);
      word = i;
      break;
    case 1:
      mixed = (b & d) | (c & ~d);
      word = 5 * i + 1;
      break;
    case 2:
      mixed = b ^ c ^ d;
      word = 3 * i + 5;
      break;
    default:
      mixed = c ^ (b | ~d);
      word = 7 * i;
    }
    uint32_t sum = a + mixed + MD5_CONSTANTS[i] + little_word(data + 4 * (word % 16));
    a = d;
    d = c;
    c = b;
    b += left(sum, MD5_SHIFTS[i / 16][i % 4]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

static void sha1_block(uint32_t* state, const uint8_t* data)
{
  uint32_t schedule[80];
  for (unsigned i = 0; i < 16; i++)
    schedule[i] = big_word(data + 4 * i);
  for (unsigned i = 16; i < 80; i++)
    schedule[i] = left(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1);

  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

  for (unsigned i = 0; i < 80; i++)
  {
    uint32_t mixed;
    switch (i / 20)
    {
    case 0:
      mixed = ((b & c) | (~b & d)) + 0x5A827999;
      break;
    case 1:
      mixed = (b ^ c ^ d) + 0x6ED9EBA1;
      break;
    case 2:
      mixed = ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
      break;
    default:
      mixed = (b ^ c ^ d) + 0xCA62C1D6;
    }
    uint32_t sum = left(a, 5) + mixed + e + schedule[i];
    e = d;
    d = c;
    c = left(b, 30);
    b = a;
    a = sum;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

/* FIPS 180-4, 4.2.2: the first 32 bits behind the point of the cube roots of the first 64 primes. */
static const uint32_t SHA256_CONSTANTS[64] = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

static void sha256_block(uint32_t* state, const uint8_t* data)
{
  uint32_t schedule[64];
  for (unsigned i = 0; i < 16; i++)
    schedule[i] = big_word(data + 4 * i);
  for (unsigned i = 16; i < 64; i++)
  {
    uint32_t early = schedule[i - 15], late = schedule[i - 2];
    schedule[i] = schedule[i - 16] + (right(early, 7) ^ right(early, 18) ^ early >> 3) + schedule[i - 7] +
                  (right(late, 17) ^ right(late, 19) ^ late >> 10);
  }

  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

  for (unsigned i = 0; i < 64; i++)
  {
    uint32_t first = h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) +
                     SHA256_CONSTANTS[i] + schedule[i];
    uint32_t second = (right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/* SHA-1 begins as MD5 does, with one word more. */
static const uint32_t SHA1_STATE[] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
static const uint32_t SHA256_STATE[] = {
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

static const EVP_MD MD5 = {md5_block, SHA1_STATE, 4, 0};
static const EVP_MD SHA1 = {sha1_block, SHA1_STATE, 5, 1};
static const EVP_MD SHA256 = {sha256_block, SHA256_STATE, 8, 1};

const EVP_MD* EVP_md5(void) { return &MD5; }
const EVP_MD* EVP_sha1(void) { return &SHA1; }
const EVP_MD* EVP_sha256(void) { return &SHA256; }

EVP_MD_CTX* EVP_MD_CTX_create(void) { return yr_calloc(1, sizeof(EVP_MD_CTX)); }
void EVP_MD_CTX_destroy(EVP_MD_CTX* context) { yr_free(context); }

int EVP_DigestInit(EVP_MD_CTX* context, const EVP_MD* algorithm)
{
  context->algorithm = algorithm;
  context->length = 0;
  memcpy(context->state, algorithm->first_state, algorithm->words * sizeof(uint32_t));
  return 1;
}

int EVP_DigestUpdate(EVP_MD_CTX* context, const void* data, size_t length)
{
  const uint8_t* next = data;
  size_t held = context->length % BLOCK;
  context->length += length;

  if (held > 0)
  {
    size_t taken = BLOCK - held < length ? BLOCK - held : length;
    memcpy(context->rest + held, next, taken);
    next += taken;
    length -= taken;
    if (held + taken < BLOCK)
      return 1;
    context->algorithm->block(context->state, context->rest);
  }
  for (; length >= BLOCK; next += BLOCK, length -= BLOCK)
    context->algorithm->block(context->state, next);
  memcpy(context->rest, next, length);
  return 1;
}

int EVP_DigestFinal(EVP_MD_CTX* context, unsigned char* digest, unsigned int* length)
{
  const EVP_MD* algorithm = context->algorithm;
  uint64_t bits = context->length * 8;
  static const uint8_t PADDING[BLOCK] = {0x80};
  size_t held = context->length % BLOCK;

  EVP_DigestUpdate(context, PADDING, held < PADDED ? PADDED - held : BLOCK + PADDED - held);
  uint8_t last[8];
  for (unsigned i = 0; i < 8; i++)
    last[i] = (uint8_t) (bits >> 8 * (algorithm->big_endian ? 7 - i : i));
  EVP_DigestUpdate(context, last, sizeof last);

  *length = algorithm->words * 4;
  for (unsigned i = 0; i < *length; i++)
    digest[i] = (unsigned char) (context->state[i / 4] >> 8 * (algorithm->big_endian ? 3 - i % 4 : i % 4));
  return 1;
}
