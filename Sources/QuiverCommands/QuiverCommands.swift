// QuiverCommands
