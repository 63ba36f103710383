/* In place of the system's: libyara.c keeps the former handlers of signals, of which there are none. */
#ifndef CX_SIGNAL_H
#define CX_SIGNAL_H

struct sigaction
{
  int unused;
};

#endif
