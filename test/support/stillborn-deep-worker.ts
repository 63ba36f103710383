/** A thread that ends before it can work. */
process.exit(7);
