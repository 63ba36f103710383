/* The functions of OpenSSL's evp.h that libyara calls, for MD5, SHA-1 and SHA-256; digests.c has them. */
#ifndef CX_OPENSSL_EVP_H
#define CX_OPENSSL_EVP_H

#include <stddef.h>

typedef struct digest_context EVP_MD_CTX;
typedef struct digest_algorithm EVP_MD;

const EVP_MD* EVP_md5(void);
const EVP_MD* EVP_sha1(void);
const EVP_MD* EVP_sha256(void);

EVP_MD_CTX* EVP_MD_CTX_create(void);
void EVP_MD_CTX_destroy(EVP_MD_CTX* context);

/* Each returns 1. */
int EVP_DigestInit(EVP_MD_CTX* context, const EVP_MD* algorithm);
int EVP_DigestUpdate(EVP_MD_CTX* context, const void* data, size_t length);
int EVP_DigestFinal(EVP_MD_CTX* context, unsigned char* digest, unsigned int* length);

#endif
