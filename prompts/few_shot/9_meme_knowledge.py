# Is this meme about a holiday?
def execute_command(image):
    if exists(image, "cake"):
        return "yes"
    words = read_text(image)
    background = language_question_answering(f"What is meant by {words}?")
    return judgement("whether it is about a holiday", [f"words: {words}", f"background: {background}"])
