#include "client_lock.h"

void client_lock(void)
{
}

void client_unlock(void)
{
}
