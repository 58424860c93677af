/* Where the program begins: everything is a command (command.h). */
#include "command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv);
}
