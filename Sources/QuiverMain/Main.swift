import LibC
import QuiverCommands

@main
enum Main {
    static func main() async {
        exit(await Quiver.main(Array(CommandLine.arguments.dropFirst())))
    }
}
