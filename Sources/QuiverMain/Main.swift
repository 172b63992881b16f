import LibC
import QuiverCommands

@main
enum Main {
    static func main() async {
        Traps.endAtOnce()
        exit(await Quiver.main(Array(CommandLine.arguments.dropFirst())))
    }
}
